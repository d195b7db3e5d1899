"""An application with a page hands its application token to every employee: it proves little."""

from urllib.parse import urlencode

import pytest

from tests import installer
from tests.programs import App
from tests.scenarios.forged import message
from tests.scenarios.sandbox_portal import ENABLING, SandboxPortal
from tests.scenarios.stages import disable, enable
from tests.scenarios.waiting import until


@pytest.fixture
def known_token(fresh_portal: SandboxPortal, shared_app: App) -> str:
    """What every employee of that portal can read in his browser."""
    answer = shared_app.offer_to(fresh_portal, interface=True)
    installer.go_through(shared_app, fresh_portal)
    fresh_portal.post("apps/finish")
    return str(answer["application_token"])


def forged(portal: SandboxPortal, token: str, **fields: str) -> bytes:
    """An employee's own message, which names the administrator."""
    made = message("run", portal.member_id, "https://x.example", application_token=token)
    return urlencode({**made.fields, **fields}).encode()


def asked(portal: SandboxPortal) -> int:
    """Questions to the authorization server about that portal's tokens that it answered."""
    return len(portal.journal("token.checked", "token.renewed"))


@pytest.mark.parametrize("code", ["linkrobot_enable", "linkrobot_disable"])
def test_a_run_in_anothers_name_changes_nothing(
    fresh_portal: SandboxPortal, shared_app: App, known_token: str, code: str
) -> None:
    portal = fresh_portal
    document = portal.document(portal.item())
    if code == "linkrobot_disable":
        shared_app.command("link", "enable", str(document), "--portal", portal.member_id)
    before, calls = portal.public_url(document), portal.calls(ENABLING)
    about = {"code": code, "properties[document_id]": str(document)}

    with_none = forged(portal, known_token, **about, **{"auth[access_token]": ""})
    nobodys = forged(portal, known_token, **about, **{"auth[user_id]": ""})
    statuses = [
        shared_app.post("/bitrix24/robot", body).status_code
        for body in (with_none, nobodys, forged(portal, known_token, **about))
    ]

    until(lambda: not runs_waiting(shared_app, portal), what="the runs are over")
    assert statuses == [403, 200, 200]
    assert (portal.public_url(document), portal.calls(ENABLING)) == (before, calls)


def test_an_employees_run_is_done_with_his_own_token(
    fresh_portal: SandboxPortal, shared_app: App, known_token: str
) -> None:
    portal = fresh_portal
    deal = portal.item()
    document = portal.document(deal)

    published = portal.run(enable(user_id=7), item_id=deal)
    assert published["public_url"] == portal.public_url(document)
    assert portal.run(disable(user_id=7), item_id=deal)["succeeded"] == "Y"

    found = shared_app.rows(
        "SELECT DISTINCT runs.user_id, own_tokens_only FROM runs "
        "JOIN portals ON portals.id = portal_id WHERE member_id = ? AND source = 'robot'",
        portal.member_id,
    )
    assert found == [(7, 1)]


def test_an_employee_without_rights_cannot_turn_a_link_off(
    fresh_portal: SandboxPortal, shared_app: App, known_token: str
) -> None:
    portal = fresh_portal
    deal = portal.item()
    document = portal.document(deal)
    portal.run(enable(), item_id=deal)
    portal.user(7, documents="view")

    assert portal.run(disable(user_id=7), item_id=deal)["error_code"] == "no_rights"
    assert portal.public_url(document)


def test_removed_is_asked_back(
    fresh_portal: SandboxPortal, shared_app: App, known_token: str
) -> None:
    portal = fresh_portal
    gone = message(
        "uninstall", portal.member_id, "https://x.example", application_token=known_token
    )

    said = [shared_app.post(gone.path, gone.body()).status_code for _ in range(3)]

    assert said == [403, 403, 403]
    deal = portal.item()
    portal.document(deal)
    assert portal.run(enable(), item_id=deal)["succeeded"] == "Y"


def test_a_real_removal_is_believed(
    fresh_portal: SandboxPortal, shared_app: App, known_token: str
) -> None:
    answer = fresh_portal.post("apps/uninstall")

    assert answer["status"] == 200
    (found,) = shared_app.rows(
        "SELECT removed_at IS NOT NULL, (SELECT count(*) FROM tokens WHERE portal_id = portals.id) "
        "FROM portals WHERE member_id = ?",
        fresh_portal.member_id,
    )
    assert found == (1, 0)


def test_script_only_nobody_is_asked(portal: SandboxPortal, shared_app: App) -> None:
    deal = portal.item()
    portal.document(deal)
    before = asked(portal)

    assert portal.run(enable(), item_id=deal)["succeeded"] == "Y"
    assert portal.run(disable(), item_id=deal)["succeeded"] == "Y"
    portal.post("apps/uninstall")

    assert asked(portal) == before


def runs_waiting(app: App, portal: SandboxPortal) -> int:
    """How many runs of the portal have something left to do."""
    ((number,),) = app.rows(
        "SELECT count(*) FROM runs JOIN portals ON portals.id = portal_id "
        "WHERE member_id = ? AND finished_at IS NULL",
        portal.member_id,
    )
    return int(number)
