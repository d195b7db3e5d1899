"""Bitrix24 on a bad day: early answers, dead tokens, outages, a move. Each run ends right, once."""

import pytest

from tests.programs import App
from tests.scenarios.conftest import NewPortals
from tests.scenarios.listeners import Listener, listening
from tests.scenarios.made_up import MadeUpPortal
from tests.scenarios.sandbox_portal import REPORTING, SandboxPortal
from tests.scenarios.stages import MAIL, enable
from tests.scenarios.waiting import until

SAVED_AFTER = 0.8  # seconds


def test_one_portals_outage_delays_no_other(portals: NewPortals) -> None:
    ill, well = portals(), portals()
    ill.fault("slow", seconds=10)
    ill.stage(enable())
    held_up = ill.move(ill.item())
    assert ill.delivered(held_up) == [200]
    deal = well.item()
    well.document(deal)

    assert well.run(enable(), item_id=deal)["succeeded"] == "Y"

    assert ill.resumed(held_up) == 0
    ill.heal()


@pytest.mark.parametrize("early_answer", ["404", "423"])
def test_an_answer_that_is_too_early_is_sent_again(
    portal: SandboxPortal, early_answer: str
) -> None:
    portal.set(save_delay=SAVED_AFTER, early_answer=early_answer)
    deal = portal.item()
    document = portal.document(deal)
    portal.stage(enable(), MAIL)

    workflow = portal.move(deal)

    assert portal.outputs(workflow)["public_url"] == portal.public_url(document)
    assert portal.resumed(workflow) == 1
    early = [code for one in portal.journal("rest.request") for code in one["errors"]]
    assert early_answer in early, "the sandbox took the early answer"


def test_an_expired_token_is_renewed_once_for_ten_runs(portal: SandboxPortal) -> None:
    deals = [portal.item() for _ in range(10)]
    documents = [portal.document(deal) for deal in deals]
    portal.stage(enable(), MAIL)
    portal.set(send_tokens="none")
    portal.post("tokens/expire")

    moved = portal.post("move", stage="SEND", items=[[2, deal] for deal in deals])

    outputs = [portal.outputs(workflow) for workflow in moved["workflow_ids"]]
    assert [found["public_url"] for found in outputs] == [portal.public_url(d) for d in documents]
    assert len(portal.journal("token.renewed")) == 1


def test_a_renewed_token_is_kept(portal: SandboxPortal) -> None:
    deal = portal.item()
    portal.document(deal)
    portal.set(send_tokens="none")
    for _ in range(2):  # rotation: the first renewal killed the refresh token of the install
        portal.post("tokens/expire")
        assert portal.run(enable(), item_id=deal)["succeeded"] == "Y"

    assert len(portal.journal("token.renewed")) == 2


def test_a_renamed_portal_is_followed_and_remembered(
    portal: SandboxPortal, shared_app: App
) -> None:
    deal = portal.item()
    document = portal.document(deal)
    host = portal.url.removeprefix("http://").replace("127.0.0.", "127.0.1.")

    renamed = portal.post("rename", host=host.partition(":")[0])

    outputs = portal.run(enable(), MAIL, item_id=deal)
    assert outputs["public_url"].startswith(renamed["url"])
    assert outputs["linked_document_id"] == str(document)
    assert endpoint_of(shared_app, portal.member_id) == f"{renamed['url']}/rest/"


def test_a_redirect_to_a_host_that_the_authorization_server_does_not_name_is_not_followed(
    made_up_portal: MadeUpPortal, shared_app: App
) -> None:
    thief = Listener()
    # The same machine under another name, as a stranger's host would be.
    made_up_portal.redirects_to = thief.url.replace("127.0.0.1", "localhost")
    with listening(thief):
        answer = shared_app.post("/bitrix24/robot", made_up_portal.robot_call())
        until(
            lambda: "redirects to another address" in shared_app.log or thief.received,
            what="the log says that the portal was not followed",
        )

    assert (answer.status_code, thief.received) == (200, [])
    assert endpoint_of(shared_app, made_up_portal.member_id) == f"{made_up_portal.url}/rest/"


def test_a_full_bucket_delays_and_loses_nothing(portal: SandboxPortal) -> None:
    portal.set(burst=5, rate=2)
    deals = {portal.item(): 1 + 6 * (n % 2) for n in range(8)}
    documents = [portal.document(deal) for deal in deals]
    for user in (1, 7):
        portal.stage(enable(user_id=user), name=f"AS_{user}")

    workflows = [portal.move(deal, stage=f"AS_{user}") for deal, user in deals.items()]

    urls = [portal.outputs(workflow)["public_url"] for workflow in workflows]
    assert urls == [portal.public_url(document) for document in documents]
    assert [portal.resumed(workflow) for workflow in workflows] == [1] * len(workflows)
    refused = [code for one in portal.journal("rest.request") for code in one["errors"]]
    assert "QUERY_LIMIT_EXCEEDED" in refused, "the bucket was never full"


def test_a_later_rule_that_throws_does_not_make_us_report_again(portal: SandboxPortal) -> None:
    deal = portal.item()
    document = portal.document(deal)
    portal.stage(enable(), {"code": "throw", "properties": {"message": "Not today"}})

    workflow = portal.finished(portal.move(deal))

    assert workflow["status"] == "terminated"
    assert workflow["steps"][0]["outputs"]["public_url"] == portal.public_url(document)
    other = portal.item()
    portal.document(other)
    portal.run(enable(), item_id=other)
    assert portal.calls(REPORTING) == 2, "one for each workflow"


def endpoint_of(app: App, member_id: str) -> str:
    """Where the app calls that portal."""
    ((endpoint,),) = app.rows("SELECT endpoint FROM portals WHERE member_id = ?", member_id)
    return str(endpoint)
