"""GIVE_UP_AFTER: work that came to nothing for so long ends as failed; its report still arrives."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.programs import App, Sandbox
from tests.scenarios.sandbox_portal import LISTING, REPORTING, SandboxPortal
from tests.scenarios.stages import enable
from tests.scenarios.waiting import until

REFUSED: dict[str, Any] = {"kind": "error", "error": "INTERNAL_SERVER_ERROR", "status": 500}


@pytest.fixture
def impatient_app(sandbox: Sandbox, tmp_path: Path) -> Iterator[App]:
    """An app that gives up within seconds."""
    app = App(tmp_path / "data", sandbox.oauth, GIVE_UP_AFTER="3s")
    try:
        yield app.start()
    finally:
        app.end()


def test_a_run_that_is_given_up_is_reported_with_what_was_tried_also_after_an_outage(
    impatient_app: App, fresh_portal: SandboxPortal
) -> None:
    impatient_app.install_at(fresh_portal)
    deal = fresh_portal.item()
    document = fresh_portal.document(deal)
    fresh_portal.stage(enable())
    fresh_portal.fault(method=LISTING, **REFUSED)
    fresh_portal.fault(method=REPORTING, **REFUSED)

    workflow = fresh_portal.move(deal)
    decided = "SELECT error_code FROM runs WHERE source = 'robot' AND decided_at IS NOT NULL"
    until(lambda: impatient_app.rows(decided) == [("gave_up",)], what="given up")
    until(lambda: fresh_portal.calls(REPORTING), what="it was tried to report it")
    assert fresh_portal.resumed(workflow) == 0
    fresh_portal.heal()

    told = fresh_portal.outputs(workflow)
    assert (told["succeeded"], told["error_code"], told["public_url"]) == ("N", "gave_up", "")
    assert LISTING in told["error_text"]
    assert fresh_portal.resumed(workflow) == 1
    assert fresh_portal.public_url(document) is None
