"""An application with a page hands its application token to every employee who opens the page."""

import pytest

from tests.programs import App
from tests.scenarios.forged import message
from tests.scenarios.made_up import MadeUpAuthServer, MadeUpPortal
from tests.scenarios.sandbox_portal import ENABLING, LISTING
from tests.scenarios.waiting import until

SHOWN = "5" * 32  # the application token, as every employee's browser knows it
DOCUMENT = {"id": "61", "entityTypeId": "2", "entityId": "7", "templateId": "39"}


@pytest.fixture
def portal(made_up_portal: MadeUpPortal, shared_app: App) -> MadeUpPortal:
    """Its administrator has opened the page, and a robot has run with his tokens."""
    tokens = {"access_token": made_up_portal.access_token, "application_token": SHOWN}
    page = message("page", made_up_portal.member_id, "https://x", **tokens)
    assert shared_app.post(page.path, page.body()).status_code == 200
    made_up_portal.results[LISTING] = {"documents": [DOCUMENT]}
    made_up_portal.results[ENABLING] = {"publicUrl": "https://acme.example/~a"}
    assert call(shared_app, made_up_portal, made_up_portal.access_token) == 200
    until(made_up_portal.reports, what="the administrator's run is told")
    made_up_portal.calls.clear()
    made_up_portal.received.clear()
    return made_up_portal


def call(app: App, portal: MadeUpPortal, access_token: str, **fields: str) -> int:
    """A robot's call with the right application token; the answer's status."""
    own = {"auth[access_token]": access_token, "auth[application_token]": SHOWN}
    return app.post("/bitrix24/robot", portal.robot_call(**own | fields)).status_code


def users_of_runs(app: App, portal: MadeUpPortal) -> list[int]:
    """On whose behalf the portal's robots ran, oldest first."""
    rows = app.rows(
        "SELECT runs.user_id FROM runs JOIN portals ON portals.id = portal_id "
        "WHERE member_id = ? AND source = 'robot' ORDER BY runs.id",
        portal.member_id,
    )
    return [user_id for (user_id,) in rows]


def is_installed(app: App, portal: MadeUpPortal) -> bool:
    """Whether the app takes the portal's calls."""
    rows = app.rows("SELECT removed_at FROM portals WHERE member_id = ?", portal.member_id)
    return rows == [(None,)]


@pytest.mark.parametrize("code", ["linkrobot_enable", "linkrobot_disable"])
@pytest.mark.parametrize("access_token", ["", "made up"])
def test_the_application_token_alone_runs_nothing(
    portal: MadeUpPortal, shared_app: App, code: str, access_token: str
) -> None:
    before = users_of_runs(shared_app, portal)

    status = call(shared_app, portal, access_token, **{"auth[user_id]": "1", "code": code})

    assert status == 403
    assert users_of_runs(shared_app, portal) == before
    assert portal.received == []


def test_an_employee_who_names_another_one_acts_as_himself(
    portal: MadeUpPortal, made_up_auth_server: MadeUpAuthServer, shared_app: App
) -> None:
    his = made_up_auth_server.token(portal, user_id=7)

    assert call(shared_app, portal, his, **{"auth[user_id]": "1"}) == 200

    until(portal.reports, what="the run is told")
    assert users_of_runs(shared_app, portal)[-1] == 7
    changing = [r for r in portal.received if ENABLING in r.path or b"enablepublicurl" in r.body]
    assert changing
    assert all(his.encode() in r.body for r in changing)
    assert not any(portal.access_token.encode() in r.body for r in changing)


def test_an_employee_who_says_that_the_app_was_removed_is_not_believed(
    portal: MadeUpPortal, shared_app: App
) -> None:
    gone = message("uninstall", portal.member_id, "https://x", application_token=SHOWN)

    assert shared_app.post(gone.path, gone.body()).status_code == 403

    assert is_installed(shared_app, portal)


def test_a_portal_that_has_removed_the_app_is_believed_as_its_tokens_are_dead(
    portal: MadeUpPortal, made_up_auth_server: MadeUpAuthServer, shared_app: App
) -> None:
    made_up_auth_server.forget(portal)
    gone = message("uninstall", portal.member_id, "https://x", application_token=SHOWN)

    assert shared_app.post(gone.path, gone.body()).status_code == 200

    assert not is_installed(shared_app, portal)
