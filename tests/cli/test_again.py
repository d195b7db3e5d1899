"""What is said of the workflow of a run that was done again."""

from dataclasses import replace

import pytest

from robot.cli.again import workflow_in_words
from robot.store.history import PastRun
from robot.store.runs import Ending
from robot.work.retrying import Retried
from tests.store.store_rig import MEMBER, NOW

FIRST = PastRun(
    id=5,
    member_id=MEMBER,
    endpoint="https://acme.bitrix24.com/rest/",
    code="linkrobot_enable",
    source="robot",
    document_id="DEAL_7",
    state="finished",
    received_at=NOW,
    decided_at=NOW,
    finished_at=NOW,
    ending=None,
    outputs={"succeeded": "N"},
    note=None,
)
NOT_TOLD = {
    Ending.REPORTED: "has gone on with the answer of run 5",
    Ending.NOT_AWAITED: "No workflow waits",
    Ending.WORKFLOW_GONE: "had ended before run 5",
    Ending.REFUSED: "end its workflow by hand",
    Ending.UNDELIVERED: "end its workflow by hand",
    Ending.APP_REMOVED: "end its workflow by hand",
    Ending.PORTAL_DELETED: "end its workflow by hand",
}
TOLD = {
    None: "goes on trying",
    Ending.REPORTED: "took this answer",
    Ending.REFUSED: "did not take this answer: answer refused: Why.",
    Ending.WORKFLOW_GONE: "did not take this answer: workflow had ended",
}


def said(first: Ending | None, second: Ending | None, *, is_told: bool, note: str = "") -> str:
    return workflow_in_words(
        Retried(
            first=replace(FIRST, ending=first),
            run=replace(FIRST, id=6, ending=second, note=note or None),
            is_told=is_told,
        )
    )


@pytest.mark.parametrize("ending", Ending)
def test_each_way_in_which_a_run_can_have_ended_is_told_plainly(ending: Ending) -> None:
    assert NOT_TOLD[ending] in said(ending, Ending.NOT_AWAITED, is_told=False)


@pytest.mark.parametrize(("ending", "words"), TOLD.items(), ids=map(str, TOLD))
def test_what_became_of_its_own_answer_is_told(ending: Ending | None, words: str) -> None:
    note = "Why." if ending is Ending.REFUSED else ""
    assert words in said(Ending.REFUSED, ending, is_told=True, note=note)
