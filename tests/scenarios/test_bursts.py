"""Many deals at once while something goes wrong: each run ends with its own right outcome."""

from typing import Any

import pytest

from tests import installer
from tests.programs import App
from tests.scenarios.sandbox_portal import ENABLING, REPORTING, SandboxPortal
from tests.scenarios.stages import MAIL, enable

DEALS = 30
REQUESTS = {"method": "batch"}  # whole ones
TROUBLES: dict[str, dict[str, Any]] = {
    "calls that the answer does not mention": {"kind": "omit", "method": ENABLING, "times": 5},
    "reports that the answer does not mention": {"kind": "omit", "method": REPORTING, "times": 5},
    "calls that failed on the way": {"kind": "error", "method": ENABLING, "times": 5},
    "whole batches cut off half-way": {"kind": "cut", "times": 2, **REQUESTS},
    "whole batches that ran and were never answered": {
        **{"kind": "drop_after", "times": 2, **REQUESTS}
    },
    "whole batches that never arrived": {"kind": "drop_before", "times": 2, **REQUESTS},
    "whole batches answered by a page": {"kind": "html", "status": 502, "times": 2, **REQUESTS},
}


class Burst:
    """Deals that reach a stage together, each with a document of its own."""

    def __init__(self, portal: SandboxPortal, number: int = DEALS, **inputs: Any) -> None:
        self.portal = portal
        deals = [portal.item() for _ in range(number)]
        self.documents = [portal.document(deal) for deal in deals]
        portal.stage(enable(**inputs), MAIL)
        moved = portal.post("move", stage="SEND", items=[[2, deal] for deal in deals])
        self.workflows: list[str] = moved["workflow_ids"]

    def outputs(self) -> list[dict[str, Any]]:
        """What each workflow was told."""
        return [self.portal.outputs(workflow) for workflow in self.workflows]

    def check_links(self, outputs: list[dict[str, Any]]) -> None:
        """Each deal that got a link got its own, once, and that link works."""
        for workflow, document, told in zip(self.workflows, self.documents, outputs, strict=True):
            assert self.portal.resumed(workflow) == 1
            if told["succeeded"] == "Y":
                assert told["linked_document_id"] == str(document)
                assert told["public_url"] == self.portal.public_url(document)
            else:
                assert told["public_url"] == ""


def test_a_burst_of_links_that_end_renews_the_access_once_and_keeps_its_pace(
    portal: SandboxPortal,
) -> None:
    """Each run renewed it, which filled the portal's bucket: 60 deals took a minute and a half."""
    burst = Burst(portal, 60, valid_days="14")

    outputs = burst.outputs()

    burst.check_links(outputs)
    assert {told["succeeded"] for told in outputs} == {"Y"}
    assert len(portal.journal("token.renewed")) == 1
    assert len(portal.journal("rest.request")) < 40


@pytest.mark.parametrize("trouble", TROUBLES)
def test_in_a_burst_every_deal_gets_its_own_link_whatever_happens_to_requests(
    portal: SandboxPortal, trouble: str
) -> None:
    portal.fault(**TROUBLES[trouble])

    burst = Burst(portal)

    outputs = burst.outputs()
    assert {told["succeeded"] for told in outputs} == {"Y"}
    burst.check_links(outputs)
    assert len(portal.get("state")["mails"]) == DEALS


def test_in_a_burst_only_those_are_told_no_that_were_refused(portal: SandboxPortal) -> None:
    refusal = {"error": "DOCGEN_ACCESS_ERROR", "description": "Access denied", "status": 400}
    portal.fault("error", ENABLING, times=7, **refusal)

    burst = Burst(portal)

    outputs = burst.outputs()
    burst.check_links(outputs)
    refused = [told for told in outputs if told["succeeded"] == "N"]
    assert len(refused) == 7
    assert {told["error_code"] for told in refused} == {"no_rights"}


def test_a_burst_over_the_operating_time_goes_on_after_each_reset(portal: SandboxPortal) -> None:
    portal.set(operating_limit=10, operating_window=3, operating_charge={ENABLING: 1})

    burst = Burst(portal)

    outputs = burst.outputs()
    assert {told["succeeded"] for told in outputs} == {"Y"}
    burst.check_links(outputs)
    blocked = [code for one in portal.journal("rest.request") for code in one["errors"]]
    assert "OPERATION_TIME_LIMIT" in blocked, "the method was never over its time"
    assert len(blocked) <= DEALS * 2, "a blocked method is probed, not hammered"


def test_deals_that_come_one_after_the_other_to_an_app_with_a_page_all_get_their_link(
    shared_app: App, fresh_portal: SandboxPortal
) -> None:
    """Whose token each brought is asked at the authorization server, several at a time."""
    installer.install(shared_app, fresh_portal)
    fresh_portal.stage(enable())
    deals = [fresh_portal.item() for _ in range(DEALS)]
    documents = [fresh_portal.document(deal) for deal in deals]

    workflows = [fresh_portal.move(deal) for deal in deals]

    outputs = [fresh_portal.outputs(workflow) for workflow in workflows]
    assert [told["linked_document_id"] for told in outputs] == [str(one) for one in documents]
