"""The demo is the first thing that anybody sees of Linkrobot."""

import os
import subprocess
import sys
from pathlib import Path


def demo(*, path: str | None = None) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "LINKROBOT_PUBLIC_URL": "https://not-the-demos.example"}
    if path is not None:
        environment["PYTHONPATH"] = path
    return subprocess.run(
        [sys.executable, "-m", "robot", "demo", "--once"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_demo_tells_its_story_and_ends_well() -> None:
    told = demo()

    assert told.returncode == 0, told.stdout + told.stderr
    steps = ("registers its robots", "reaches the stage", "turns on the public link", "e-mail")
    places = [told.stdout.index(step) for step in steps]
    assert places == sorted(places)
    assert " opens" in told.stdout


def test_a_step_that_fails_ends_the_demo_with_the_reason(tmp_path: Path) -> None:
    # A sandbox that does not start: a module of that name that ends at once.
    (tmp_path / "sandbox.py").write_text("raise SystemExit(3)\n", encoding="utf-8")

    told = demo(path=str(tmp_path))

    assert told.returncode == 1
    assert "the sandbox portal did not start" in told.stdout
