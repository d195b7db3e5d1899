"""How the long stories end (long_stories.py)."""

import pytest

from tests.programs import App, Sandbox, is_complete
from tests.scenarios.long_stories import FAILING_METHODS, OUTAGES, LongStories, begin
from tests.scenarios.sandbox_portal import LISTING
from tests.scenarios.waiting import until


@pytest.fixture(scope="module")
def long_stories(shared_app: App, sandbox: Sandbox) -> LongStories:
    return begin(shared_app, sandbox)


def test_what_comes_while_the_authorization_server_is_down_is_kept_and_done_later(
    long_stories: LongStories,
) -> None:
    assert long_stories.statuses_in_outage == (200, 200)
    assert long_stories.done_in_outage == 0, "nothing is done before it is verified"

    newcomer, deal = long_stories.installed_in_outage, long_stories.moved_in_outage
    until(lambda: is_complete(newcomer), what="installed after the outage")
    assert deal.portal.outputs(deal.workflow)["succeeded"] == "Y"


@pytest.mark.parametrize("method", FAILING_METHODS)
@pytest.mark.parametrize("outage", OUTAGES)
def test_an_outage_passes_and_the_run_ends_once_with_its_link(
    long_stories: LongStories, outage: str, method: str
) -> None:
    deal = long_stories.outages[outage, method]

    outputs = deal.portal.outputs(deal.workflow)

    assert outputs["succeeded"] == "Y"
    assert outputs["public_url"] == deal.portal.public_url(deal.document)
    assert deal.portal.resumed(deal.workflow) == 1
    assert len(deal.portal.get("state")["mails"]) == 1


def test_a_passing_failure_is_told_and_does_not_keep_the_installer_open(
    long_stories: LongStories,
) -> None:
    assert 'data-finish="yes"' in long_stories.unlucky_page
    assert "not registered" in long_stories.unlucky_page


def test_a_registration_that_failed_before_the_end_of_the_installation_is_done_after_it(
    long_stories: LongStories,
) -> None:
    # The app itself tries again after 15 seconds.
    until(lambda: is_complete(long_stories.unlucky), what="registered after all")


@pytest.mark.parametrize("story", ["impatient", "hanging"])
def test_a_step_that_stops_waiting_is_answered_before_it_does(
    long_stories: LongStories, story: str
) -> None:
    deal = getattr(long_stories, story)

    step = deal.portal.finished(deal.workflow)["steps"][0]

    assert step["state"] == "closed", "the workflow stopped waiting before it was told"
    assert (step["outputs"]["succeeded"], step["outputs"]["error_code"]) == ("N", "gave_up")
    assert deal.portal.public_url(deal.document) is None


@pytest.mark.parametrize(
    ("story", "words"),
    [
        (
            "impatient",
            f": {LISTING}. Bitrix24 said: «Internal server error» (OPERATION_TIME_LIMIT)",
        ),
        ("hanging", f": {LISTING}. Last: no answer yet."),
    ],
)
def test_a_step_that_stops_waiting_is_told_what_was_tried_last(
    long_stories: LongStories, story: str, words: str
) -> None:
    deal = getattr(long_stories, story)

    step = deal.portal.finished(deal.workflow)["steps"][0]

    assert words in step["outputs"]["error_text"]
