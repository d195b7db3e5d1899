"""A robot's call in all the forms in which Bitrix24 sends it; each is run once."""

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.programs import App
from tests.scenarios.sandbox_portal import DEAL, ENABLING, REPORTING, SandboxPortal
from tests.scenarios.stages import MAIL, enable

KINDS = {
    "lead": 1,
    "deal": 2,
    "contact": 3,
    "company": 4,
    "quote": 7,
    "order": 14,
    "smart invoice": 31,
    "smart process": 147,
}


@pytest.mark.parametrize("entity_type_id", KINDS.values(), ids=KINDS)
def test_the_latest_document_of_each_kind_of_item_is_published(
    portal: SandboxPortal, entity_type_id: int
) -> None:
    item = portal.item(entity_type_id)
    document = portal.document(item, entity_type_id)
    portal.stage(enable(), MAIL)

    outputs = portal.outputs(portal.move(item, entity_type_id))

    assert (outputs["succeeded"], outputs["linked_document_id"]) == ("Y", str(document))
    assert outputs["public_url"] == portal.public_url(document)


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"send_tokens": "no_refresh"}, id="no refresh token"),
        pytest.param({"send_tokens": "none"}, id="no tokens at all"),
        pytest.param({"send_document_type": False}, id="no document_type"),
        pytest.param({"send_domain": False}, id="empty domain"),
        pytest.param({"send_application_token": False}, id="no application token"),
        pytest.param({"numeric_codes": True, "time": "bare"}, id="older core"),
        pytest.param({"list_core": "newest", "dialect": "source"}, id="newest core"),
    ],
)
def test_a_call_is_run_whatever_it_leaves_out(
    portal: SandboxPortal, settings: dict[str, Any]
) -> None:
    portal.set(**settings)
    deal = portal.item()
    document = portal.document(deal)

    outputs = portal.run(enable(), MAIL, item_id=deal)

    assert (outputs["succeeded"], outputs["linked_document_id"]) == ("Y", str(document))


@pytest.mark.parametrize("how", ["blank", "absent"])
def test_without_use_subscription_the_link_is_on_and_nothing_is_sent(
    portal: SandboxPortal, how: str
) -> None:
    portal.set(use_subscription=how)
    deal = portal.item()
    document = portal.document(deal)
    portal.stage(enable())

    assert portal.delivered(portal.move(deal)) == [200]

    portal.wait_for("document.public", document=document)
    quiet_after(portal)
    assert portal.calls(REPORTING) == 1, "only the later run's workflow waits for a report"


def test_a_workflow_that_does_not_wait_is_sent_nothing(portal: SandboxPortal) -> None:
    deal = portal.item()
    document = portal.document(deal)
    portal.stage({**enable(), "use_subscription": "N"})

    portal.move(deal)

    portal.wait_for("document.public", document=document)
    quiet_after(portal)
    assert portal.calls(REPORTING) == 1, "only the later run's workflow waits for a report"


def test_a_call_that_is_delivered_twice_at_once_runs_once(portal: SandboxPortal) -> None:
    portal.post("deliveries", duplicate=True)
    deal = portal.item()
    portal.document(deal)
    portal.stage(enable(), MAIL)

    workflow = portal.move(deal)

    assert portal.delivered(workflow, times=2) == [200, 200]
    assert portal.outputs(workflow)["succeeded"] == "Y"
    assert (portal.calls(ENABLING), portal.calls(REPORTING)) == (1, 1)
    assert len(portal.get("state")["mails"]) == 1


def test_a_call_that_is_delivered_again_later_is_not_run_again(portal: SandboxPortal) -> None:
    deal = portal.item()
    document = portal.document(deal)
    portal.stage(enable(), MAIL)
    workflow = portal.move(deal)
    portal.finished(workflow)

    portal.post("deliveries/again", workflow_id=workflow, step="Link")

    assert portal.delivered(workflow, times=2) == [200, 200]
    quiet_after(portal)
    published = [event["document"] for event in portal.journal("document.public")]
    assert published.count(document) == 1
    assert portal.calls(REPORTING) == 2, "one for each workflow"


def test_an_application_token_that_is_not_the_stored_one_is_refused(
    portal: SandboxPortal, shared_app: App
) -> None:
    shared_app.offer_to(portal, deliver=False)  # the portal sends another token from now on
    portal.set(send_tokens="none")
    deal = portal.item()
    document = portal.document(deal)
    portal.stage(enable())

    assert portal.delivered(portal.move(deal)) == [403]
    assert portal.public_url(document) is None


def test_another_application_token_is_taken_where_the_access_token_verifies(
    portal: SandboxPortal, shared_app: App
) -> None:
    shared_app.offer_to(portal, deliver=False)
    deal = portal.item()
    portal.document(deal)

    assert portal.run(enable(), item_id=deal)["succeeded"] == "Y"

    portal.set(send_tokens="none")  # the new token alone is enough from now on
    assert portal.run(enable(), item_id=deal)["succeeded"] == "Y"


def test_an_unknown_portal_whose_tokens_verify_is_installed_by_its_first_call(
    fresh_portal: SandboxPortal, shared_app: App
) -> None:
    token = shared_app.install_at(fresh_portal)["application_token"]
    forget(shared_app, fresh_portal, token)
    deal = fresh_portal.item()
    fresh_portal.document(deal)

    assert fresh_portal.run(enable(), item_id=deal)["succeeded"] == "Y"

    fresh_portal.set(send_tokens="none")
    assert fresh_portal.run(enable(), item_id=deal)["succeeded"] == "Y"


def forget(app: App, portal: SandboxPortal, application_token: str) -> None:
    """The app believes that the portal removed it; the portal's robots stay."""
    form = {
        "event": "ONAPPUNINSTALL",
        "auth[member_id]": portal.member_id,
        "auth[application_token]": application_token,
    }
    assert app.post("/bitrix24/events", urlencode(form).encode()).status_code == 200


def quiet_after(portal: SandboxPortal) -> None:
    """Once a later run is over, an earlier one that were to do more would have done it."""
    later = portal.item(DEAL)
    portal.document(later)
    portal.set(use_subscription="as_is")
    assert portal.run(enable(), item_id=later)["succeeded"] == "Y"
