"""The page has words of its own for everything that runs tell by codes."""

import re

import pytest

from handlers.page import words
from handlers.page.causes import CAUSES, OTHER_CAUSE, cause_of
from robot.flows.catalogue import CODES, RULES
from robot.protocol.items import ENTITY_TYPES
from robot.store.links import EndedBy
from robot.store.runs import Ending, Source
from robot.work.not_retried import Why
from robot.work.retrying import Told
from tests.test_tree import README


def test_every_error_code_that_readme_promises_has_a_cause_and_a_remedy() -> None:
    table = README.partition("| code | cause |")[2].partition("\n\n")[0]
    codes = {code for line in table.splitlines() for code in _codes(line)}

    assert len(codes) > 20
    assert codes == set(CAUSES)
    assert all(cause.cause and cause.remedy for cause in CAUSES.values())


def _codes(line: str) -> list[str]:
    cells = line.split("|")
    return re.findall(r"`([a-z0-9_]+)`", cells[1]) if len(cells) > 2 else []


def test_a_code_of_tomorrow_is_no_error() -> None:
    assert cause_of("made_up") is OTHER_CAUSE


@pytest.mark.parametrize(
    ("told", "known"),
    [
        pytest.param(Source, words.SOURCES, id="sources"),
        pytest.param(Ending, words.ENDINGS, id="endings"),
        pytest.param(Why, words.NOT_RETRIED, id="why it is not done again"),
        pytest.param(Told, words.TOLD, id="what the workflow has"),
        pytest.param(CODES - set(RULES), words.OWN_RUNS, id="runs of our own"),
        pytest.param(set(ENTITY_TYPES.values()), words.ITEMS, id="CRM items"),
        pytest.param({*EndedBy, "robot", "command", "page"}, words.LINK_ENDED, id="ends of links"),
    ],
)
def test_every_word_of_ours_is_there(told: object, known: object) -> None:
    assert set(told) == set(known)  # type: ignore[call-overload]
