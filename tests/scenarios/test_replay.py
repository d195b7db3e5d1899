"""What happened at one portal happens again in a fresh sandbox with a fresh app."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.programs import App, Sandbox, running_sandbox
from tests.sandbox.recordings import failed, outcome, recording, run
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.stages import disable, enable
from tests.scenarios.waiting import until

MODIFY = "You do not have permissions to modify this document"
TOO_MANY = ", ".join(map(str, range(1, 600)))


def story(portal: SandboxPortal) -> list[str]:
    """Deals that move at once, each to a stage of its own: the error codes of what came of them."""
    empty, full, slow = portal.item(), portal.item(), portal.item()
    portal.document(full, title="Contract of Muster GmbH", number="MUSTER-2026-7")
    portal.document(full, title="Annex of Muster GmbH", ready_in=3600)
    portal.document(slow, ready_in=1.0)
    portal.document(slow, fails=True)
    portal.user(7, documents="view")
    moves = {
        "NONE": (empty, enable()),
        "NO_RIGHTS": (full, enable(user_id=9)),
        "ONLY_VIEW": (full, enable(user_id=7)),
        "MISSING": (full, enable(document_id="777")),
        "UNREADABLE": (full, enable(document_id="Muster GmbH")),
        "GOOD": (full, enable(valid_days="14", wait_for_pdf="N")),
        "WAITS": (slow, enable(which="every", wait_for_pdf="Y", valid_days="0.5")),
    }
    for name, (_, robot) in moves.items():
        portal.stage(robot, name=name)
    begun = [portal.move(item, stage=name) for name, (item, _) in moves.items()]
    codes = [portal.outputs(workflow)["error_code"] for workflow in begun]
    portal.stage(disable(), name="OFF")
    codes.append(portal.outputs(portal.move(slow, stage="OFF"))["error_code"])
    return codes


def exported(app: App, portal: SandboxPortal, file: Path) -> Any:
    """All runs of that portal in a file."""
    rows = app.rows(
        "SELECT runs.id FROM runs JOIN portals ON portals.id = portal_id WHERE member_id = ?",
        portal.member_id,
    )
    numbers = [str(number) for (number,) in rows]
    done = app.command("runs", "export", *numbers, "--output", str(file))
    assert done.returncode == 0, done.stderr
    return json.loads(file.read_text(encoding="utf-8"))


def replayed(portal: SandboxPortal) -> dict[str, Any]:
    """The end of the replay there."""
    until(lambda: portal.journal("replay.finished"), within=60, what="the replay is over")
    (finished,) = portal.journal("replay.finished")
    return finished | {"runs": portal.journal("replay.run")}


def test_runs_of_a_portal_end_the_same_when_they_are_replayed(
    portals: Any, shared_app: App, tmp_path: Path
) -> None:
    portal = portals()
    codes = story(portal)
    file = exported(shared_app, portal, tmp_path / "runs.json")

    assert "Muster" not in json.dumps(file)
    with running_sandbox("--replay", str(tmp_path / "runs.json")) as sandbox:
        app = App(tmp_path / "data", sandbox.oauth)
        there = sandbox.portal()
        try:
            app.start()
            app.install_at(there)
            found = replayed(there)
        finally:
            app.end()

    again = sorted((one["run"], one["recorded"], one["replayed"]) for one in found["runs"])
    assert found["different"] == [], again
    assert len(found["same"]) == len(codes) == 8
    assert sorted(now for _, _, now in again) == sorted(code or "ok" for code in codes)
    # a link with an end was asked for again, and turned off again
    assert len(app.rows("SELECT id FROM links WHERE expires_at IS NOT NULL")) == 3
    assert len(app.rows("SELECT id FROM links WHERE ended_by = 'robot'")) == 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """A sandbox and an app for made-up recordings: their faults concern all portals."""

    sandbox: Sandbox
    app: App

    def begin(self, *runs: dict[str, Any]) -> SandboxPortal:
        """Replay these at a portal of their own."""
        portal = self.sandbox.portal()
        self.app.install_at(portal)
        portal.set(rate=None)
        portal.post("replay", file=recording(*runs))
        return portal


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with running_sandbox(portals=8) as sandbox:
        app = App(tmp_path_factory.mktemp("replaying") / "data", sandbox.oauth)
        try:
            yield Rig(sandbox=sandbox, app=app.start())
        finally:
            app.end()


def unreadable(number: int, field: str, value: str = "?") -> dict[str, Any]:
    return failed(number, f"unreadable_{field}", inputs={field: value})


# Each of another employee, at the same time.
BESIDE_EACH_OTHER = [
    run(1),
    failed(2, "no_document"),
    failed(3, "no_document", inputs={"template_id": "1"}),
    failed(4, "document_not_found", inputs={"document_id": "77"}, documents=[77]),
    failed(5, "no_rights", words=MODIFY, documents=[5]),
    failed(6, "no_rights", theirs="DOCGEN_ACCESS_ERROR", inputs={"document_id": "6"}),
    failed(7, "no_rights", theirs="ACCESS_DENIED"),
    failed(8, "no_rights", theirs="ALLOWED_ONLY_INTRANET_USER"),
    failed(9, "no_rights", theirs="AUTHORIZATION_ERROR"),
    failed(10, "scope_missing"),
    failed(11, "not_on_plan"),
    failed(12, "not_on_plan", theirs="ERROR_METHOD_NOT_FOUND"),
    failed(13, "app_not_installed"),
    failed(14, "portal_deleted"),
    failed(15, "bitrix24_error"),
    unreadable(16, "document_id"),
    unreadable(17, "which"),
    unreadable(18, "template_id"),
    unreadable(19, "valid_days"),
    failed(20, "too_many_documents", inputs={"document_id": TOO_MANY}),
    failed(21, "unknown_robot", robot="…"),
    run(22, robot="linkrobot_disable", outcome=outcome(linked_document_id="22")),
    run(
        23,
        inputs={"which": "every"},
        documents=[23, 24],
        outcome=outcome(linked_document_id="23, 24", public_url="…", pdf_ready="N"),
    ),
    run(25, reports=1),
]
# Each at a portal of its own: they concern more than an employee.
ALONE = [
    failed(1, "no_token"),
    failed(1, "access_does_not_last", inputs={"valid_days": "1"}),
    failed(1, "scope_missing", robot="linkrobot_disable"),
]
GAVE_UP = failed(
    1,
    "gave_up",
    times={"sent": 0.0, "received": 0.0, "answer_until": 1.0, "first_look": None, "decided": 1.0},
)


def test_every_failure_that_a_sandbox_can_bring_about_is_brought_about(rig: Rig) -> None:
    slow = rig.begin(GAVE_UP)
    together = replayed(rig.begin(*BESIDE_EACH_OTHER))
    alone = [replayed(rig.begin(one)) for one in ALONE]

    told = [one for found in (together, *alone, replayed(slow)) for one in found["runs"]]
    assert [one for one in told if not one["same"]] == []
    assert len(told) == len(BESIDE_EACH_OTHER) + len(ALONE) + 1


def test_a_burst_keeps_its_spacing_or_goes_faster(rig: Rig) -> None:
    sent = [
        {"sent": seconds, "received": 0.0, "answer_until": 9e3, "first_look": None, "decided": None}
        for seconds in (0.0, 100.0, 200.0)
    ]
    portal = rig.sandbox.portal()
    rig.app.install_at(portal)
    runs = [run(number, times=times) for number, times in enumerate(sent, start=1)]

    portal.post("replay", file=recording(*runs), speed=400)

    assert replayed(portal)["same"] == [1, 2, 3]
    moved = [event["at"] for event in portal.journal("item.moved")]
    assert moved[2] - moved[0] > 0.1, "half a second apart, not at once"
