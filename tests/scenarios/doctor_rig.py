"""What `linkrobot doctor` found, and an app that has nothing wrong."""

import json
from pathlib import Path
from typing import TypeAlias

from tests.programs import App, Done, Sandbox
from tests.scenarios.sandbox_portal import SandboxPortal

Finding: TypeAlias = dict[str, str]


def new_app(folder: Path, sandbox: Sandbox) -> App:
    """An app whose data folder is closed to others, as `serve` and docs/operating.md make it."""
    folder.mkdir(mode=0o700)
    return App(folder, sandbox.oauth)


def findings(done: Done, portal: SandboxPortal | None = None) -> dict[str, Finding]:
    """What was found by name: of the machine, or of one portal."""
    rows: list[Finding] = json.loads(done.stdout)
    host = portal.url.removeprefix("http://") if portal else ""
    return {row["name"]: row for row in rows if row["portal"] == host}


def wrong(found: dict[str, Finding]) -> set[str]:
    """The names of what must be mended; each comes with its remedy."""
    failed = {name: row for name, row in found.items() if row["state"] == "failed"}
    assert all(row["text"] and row["remedy"] for row in failed.values())
    return set(failed)
