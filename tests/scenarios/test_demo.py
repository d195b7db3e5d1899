"""The demo is the first thing that anybody sees of Linkrobot."""

import os
import subprocess
import sys
from pathlib import Path


def demo(folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "LINKROBOT_PUBLIC_URL": "https://not-the-demos.example"}
    return subprocess.run(
        [sys.executable, "-m", "robot", "demo", "--once"],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_demo_tells_its_story_and_ends_well(tmp_path: Path) -> None:
    told = demo(tmp_path)

    assert told.returncode == 0, told.stdout + told.stderr
    steps = (
        "registers its robots",
        "reaches the stage",
        "turns on the public link",
        "sends the e-mail",
    )
    places = [told.stdout.index(step) for step in steps]
    assert places == sorted(places)
    assert " opens" in told.stdout


def test_a_step_that_fails_ends_the_demo_with_the_reason(tmp_path: Path) -> None:
    # Python looks for modules where it starts: here is a sandbox that ends at once.
    (tmp_path / "sandbox.py").write_text("raise SystemExit(3)\n", encoding="utf-8")

    told = demo(tmp_path)

    assert told.returncode == 1
    assert "the sandbox portal did not start" in told.stdout
