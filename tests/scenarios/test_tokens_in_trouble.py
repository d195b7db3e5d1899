"""Tokens get lost, employees leave, rights go: nobody is locked out, and links still go off."""

from tests.programs import App
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.stages import MAIL, disable, enable
from tests.scenarios.waiting import until

EMPLOYEE = 7
NO_NEWS = {"send_tokens": "none"}  # calls bring no tokens of their own


def decided(app: App, portal: SandboxPortal) -> list[str]:
    """The error codes of the portal's decided robot runs."""
    found = app.rows(
        "SELECT coalesce(error_code, '') FROM runs JOIN portals ON portals.id = portal_id "
        "WHERE member_id = ? AND source = 'robot' AND decided_at IS NOT NULL ORDER BY runs.id",
        portal.member_id,
    )
    return [str(code) for (code,) in found]


def test_a_renewal_whose_answer_got_lost_does_not_lock_the_portal_out(
    portal: SandboxPortal, shared_app: App
) -> None:
    deals = [portal.item() for _ in range(3)]
    for deal in deals:
        portal.document(deal)
    portal.stage(enable(), MAIL)
    portal.set(**NO_NEWS)
    portal.post("tokens/expire")
    # Bitrix24 renews, the old refresh token is dead, and nobody heard of the new one.
    portal.post("faults", target="oauth", method="oauth.token", kind="drop_after", times=1)
    first = portal.move(deals[0])
    until(lambda: decided(shared_app, portal) == ["no_token"], what="there is no token left")
    assert len(portal.journal("token.renewed")) == 1

    portal.set(send_tokens="all")
    second = portal.move(deals[1])

    assert portal.outputs(second)["succeeded"] == "Y"
    # With that call's token the first workflow is freed as well, minutes before its next try.
    assert portal.outputs(first)["error_code"] == "no_token"
    portal.set(**NO_NEWS)
    portal.post("tokens/expire")
    assert portal.outputs(portal.move(deals[2]))["succeeded"] == "Y"
    assert len(portal.journal("token.renewed")) == 2


def call_while_the_portal_is_away(portal: SandboxPortal, item: int) -> str:
    """A deal is moved, its call accepted, and the portal answers nothing yet."""
    portal.fault("html", status=503)
    workflow = portal.move(item)
    assert portal.delivered(workflow) == [200]
    until(lambda: portal.journal("rest.request")[-1]["status"] == 503, what="it was tried")
    return workflow


def test_an_employee_who_is_dismissed_meanwhile_publishes_nothing_and_the_workflow_is_told(
    portal: SandboxPortal,
) -> None:
    deal = portal.item()
    document = portal.document(deal)
    portal.stage(enable(user_id=EMPLOYEE), MAIL)
    workflow = call_while_the_portal_is_away(portal, deal)

    portal.user(EMPLOYEE, active=False)
    portal.heal()

    assert portal.outputs(workflow)["error_code"] == "no_rights"
    assert portal.workflow(workflow)["status"] == "completed"
    assert portal.public_url(document) is None


def test_a_link_goes_off_although_the_employee_is_dismissed_meanwhile(
    portal: SandboxPortal,
) -> None:
    deal = portal.item()
    document = portal.document(deal, public=True)
    portal.stage(disable(user_id=EMPLOYEE), MAIL)
    workflow = call_while_the_portal_is_away(portal, deal)

    portal.user(EMPLOYEE, active=False)
    portal.heal()

    outputs = portal.outputs(workflow)
    assert (outputs["succeeded"], outputs["linked_document_id"]) == ("Y", str(document))
    assert portal.public_url(document) is None


def test_rights_that_are_taken_away_meanwhile_count(portal: SandboxPortal) -> None:
    deal = portal.item()
    document = portal.document(deal)
    portal.stage(enable(user_id=EMPLOYEE), MAIL)
    workflow = call_while_the_portal_is_away(portal, deal)

    portal.user(EMPLOYEE, documents="none")
    portal.heal()

    assert portal.outputs(workflow)["error_code"] == "no_rights"
    assert portal.public_url(document) is None
