"""The app is updated and removed at a portal; only that portal can say so."""

from urllib.parse import urlencode

from tests.programs import App, is_complete
from tests.scenarios.conftest import NewPortals
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.stages import enable
from tests.scenarios.waiting import until


def said(app: App, event: str, member_id: str, application_token: str) -> int:
    """What the app answers to whoever says that this happened."""
    form = {
        "event": event,
        "auth[member_id]": member_id,
        "auth[application_token]": application_token,
    }
    return app.post("/bitrix24/events", urlencode(form).encode()).status_code


def secrets_kept(app: App, member_id: str) -> tuple[int, int]:
    """Rows with tokens, and runs with secrets, of that portal."""
    (counts,) = app.rows(
        "SELECT (SELECT count(*) FROM tokens WHERE portal_id = portals.id), "
        "(SELECT count(*) FROM runs WHERE portal_id = portals.id AND secrets IS NOT NULL) "
        "FROM portals WHERE member_id = ?",
        member_id,
    )
    return counts[0], counts[1]


def test_removing_the_app_wipes_its_tokens(portal: SandboxPortal, shared_app: App) -> None:
    assert secrets_kept(shared_app, portal.member_id)[0] > 0

    answer = portal.post("apps/uninstall")

    assert answer["status"] == 200
    assert secrets_kept(shared_app, portal.member_id) == (0, 0)


def test_removing_the_app_ends_the_runs_that_wait(portal: SandboxPortal, shared_app: App) -> None:
    portal.fault("status", status=503)
    portal.stage(enable())
    portal.delivered(portal.move(portal.item()))

    portal.post("apps/uninstall")

    (ending,) = shared_app.rows(
        "SELECT ending, finished_at IS NOT NULL FROM runs JOIN portals ON portals.id = portal_id "
        "WHERE member_id = ? AND source = 'robot'",
        portal.member_id,
    )
    assert ending == ("app_removed", 1)
    assert secrets_kept(shared_app, portal.member_id) == (0, 0)


def test_only_the_stored_application_token_removes_the_app(
    portals: NewPortals, shared_app: App
) -> None:
    portal, other = portals(), portals()
    other_token = shared_app.offer_to(other)["application_token"]

    statuses = [
        said(shared_app, "ONAPPUNINSTALL", portal.member_id, token)
        for token in ("", "a" * 32, other_token)
    ]

    assert statuses == [403, 403, 403]
    deal = portal.item()
    portal.document(deal)
    assert portal.run(enable(), item_id=deal)["succeeded"] == "Y"


def test_an_app_that_was_removed_can_be_added_again(portal: SandboxPortal, shared_app: App) -> None:
    portal.post("apps/uninstall")

    shared_app.install_at(portal)

    deal = portal.item()
    portal.document(deal)
    assert portal.run(enable(), item_id=deal)["succeeded"] == "Y"


def test_an_update_wipes_the_robots_and_they_are_registered_again(portal: SandboxPortal) -> None:
    answer = portal.post("apps/update", version=2)

    assert answer["status"] == 200
    until(lambda: is_complete(portal), what="the robots are there again")
    deal = portal.item()
    portal.document(deal)
    assert portal.run(enable(), item_id=deal)["succeeded"] == "Y"


def test_after_an_update_the_old_application_token_is_worthless_and_the_new_one_counts(
    fresh_portal: SandboxPortal, shared_app: App
) -> None:
    old = shared_app.install_at(fresh_portal)["application_token"]
    new = fresh_portal.post("apps/update", version=2)["application_token"]
    until(lambda: is_complete(fresh_portal), what="the robots are there again")

    fresh_portal.set(send_tokens="none")  # only the application token tells who calls
    deal = fresh_portal.item()
    fresh_portal.document(deal)

    assert fresh_portal.run(enable(), item_id=deal)["succeeded"] == "Y"
    assert said(shared_app, "ONAPPUNINSTALL", fresh_portal.member_id, old) == 403
    assert said(shared_app, "ONAPPUNINSTALL", fresh_portal.member_id, new) == 200


def test_an_update_that_nobody_can_prove_is_refused(portal: SandboxPortal, shared_app: App) -> None:
    assert said(shared_app, "ONAPPUPDATE", portal.member_id, "a" * 32) == 403
    assert is_complete(portal)


def test_an_event_that_is_not_ours_is_let_pass(portal: SandboxPortal, shared_app: App) -> None:
    assert said(shared_app, "ONCRMDEALADD", portal.member_id, "a" * 32) == 200
