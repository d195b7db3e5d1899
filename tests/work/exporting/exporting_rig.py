"""Runs as they stand in a database, ready to be exported."""

from dataclasses import replace
from typing import Any

from robot.flows.catalogue import ENABLE
from robot.flows.flow import Template
from robot.store.exporting import PortalToExport, RunToExport
from tests.store.store_rig import NOW, later

PORTAL = PortalToExport(
    user_id=4711,
    language="de",
    scope=("crm", "bizproc"),
    has_page=False,
    has_renewed=True,
    templates={90210: Template(name="Contract of Muster GmbH", gone=True)},
)


def past_run(**changes: Any) -> RunToExport:
    """A run that has turned a link on."""
    run = RunToExport(
        id=8800123,
        code=ENABLE,
        source="robot",
        user_id=4711,
        own_tokens_only=False,
        entity_type_id=2,
        entity_id=660099,
        inputs={},
        wants_reply=True,
        sent_at=NOW,
        received_at=later(0.5),
        deadline_at=later(3600),
        state="finished",
        looks=0,
        first_look_at=None,
        chosen=(),
        decided_at=later(1),
        outputs={"succeeded": "Y"},
        reports=0,
        first_report_at=None,
        finished_at=later(1.25),
        ending="reported",
        note="",
        changes=(),
    )
    return replace(run, **changes)


def failing(code: str, text: str, **changes: Any) -> RunToExport:
    """A run that told its workflow why not."""
    outputs = {"succeeded": "N", "error_code": code, "error_text": text}
    return past_run(outputs=outputs, **changes)
