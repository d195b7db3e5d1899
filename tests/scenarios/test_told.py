"""The administrator is told in Bitrix24 what only a person can mend, once a day for each cause."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.programs import App, is_complete
from tests.scenarios.sandbox_portal import DEAL, LISTING, SandboxPortal
from tests.scenarios.stages import MAIL, enable
from tests.scenarios.waiting import until

SCOPE = "crm,bizproc,im"
TELLING = (
    "SELECT count(*) FROM runs JOIN portals ON portals.id = portal_id "
    "WHERE member_id = ? AND code = '@tell'"
)
NOBODYS = enable(user_id=9)  # an employee without rights


def fail(portal: SandboxPortal, *robots: dict[str, Any], deals: int = 1) -> None:
    """So many deals come to a stage whose robot cannot do its work, and go on."""
    portal.stage(*robots, MAIL)
    items = [[DEAL, portal.item()] for _ in range(deals)]
    for workflow in portal.post("move", stage="SEND", items=items)["workflow_ids"]:
        assert portal.outputs(workflow)["succeeded"] == "N"


def notifications(portal: SandboxPortal, number: int) -> list[dict[str, Any]]:
    """What users find in the notification center, once there is so much."""
    return until(
        lambda: [] if len(seen(portal)) < number else seen(portal), what=f"{number} notification(s)"
    )


def seen(portal: SandboxPortal) -> list[dict[str, Any]]:
    return list(portal.get("state")["notifications"])


def test_thirty_deals_are_one_notification_and_another_cause_is_another_one(
    shared_app: App, fresh_portal: SandboxPortal
) -> None:
    portal = fresh_portal
    portal.set(language="de")
    shared_app.install_at(portal, scope=SCOPE)

    fail(portal, NOBODYS, deals=30)
    fail(portal, NOBODYS)
    notifications(portal, 1)
    portal.fault("error", LISTING, error="ERROR_METHOD_NOT_FOUND", status=404)
    fail(portal, enable())

    rights, plan = notifications(portal, 2)
    assert (rights["user_id"], rights["type"]) == (1, "SYSTEM")
    assert "darf das nicht" in rights["message"]
    assert "Tarif" in plan["message"]
    assert len(portal.journal("notification.sent")) == 2


def test_without_the_permission_nobody_is_told(shared_app: App, portal: SandboxPortal) -> None:
    fail(portal, NOBODYS)

    # Who is told is written down together with the outcome that the workflow has by now.
    assert shared_app.rows(TELLING, portal.member_id) == [(0,)]


def test_an_application_with_a_page_is_linked(shared_app: App, fresh_portal: SandboxPortal) -> None:
    shared_app.offer_to(fresh_portal, scope=SCOPE, interface=True)
    shared_app.command("robots", "sync", "--portal", fresh_portal.member_id)
    until(lambda: is_complete(fresh_portal), what="registered")
    fresh_portal.post("apps/finish")

    fail(fresh_portal, NOBODYS)

    (told,) = notifications(fresh_portal, 1)
    page = f"{fresh_portal.url}/marketplace/app/1/"
    assert f"[URL={page}]Open Linkrobot[/URL]" in told["message"]
    assert page in told["message_out"]


def test_a_kill_and_a_restart_change_nothing_and_the_day_after_it_is_told_again(
    own_app: App, fresh_portal: SandboxPortal
) -> None:
    portal = fresh_portal
    own_app.start()
    own_app.install_at(portal, scope=SCOPE)
    fail(portal, NOBODYS)
    own_app.kill()
    own_app.start()
    fail(portal, NOBODYS)
    (first,) = notifications(portal, 1)
    assert own_app.rows(TELLING, portal.member_id) == [(1,)]

    own_app.stop()
    a_day_passes(own_app)
    own_app.start()
    fail(portal, NOBODYS)

    until(lambda: [one["id"] for one in seen(portal)] > [first["id"]], what="told again")
    assert own_app.rows(TELLING, portal.member_id) == [(2,)]
    assert len(seen(portal)) == 1, "the one of the day before has gone"


def a_day_passes(app: App) -> None:
    with closing(sqlite3.connect(app.folder / "linkrobot.sqlite")) as database, database:
        database.execute("UPDATE notices SET told_at = datetime(told_at, '-1 day')")


@pytest.mark.parametrize("error", ["insufficient_scope", "SOMETHING_NEW"])
def test_a_portal_that_refuses_the_notification_loses_nothing_else(
    shared_app: App, fresh_portal: SandboxPortal, error: str
) -> None:
    shared_app.install_at(fresh_portal, scope=SCOPE)
    fresh_portal.fault("error", "im.notify", error=error, status=403)

    fail(fresh_portal, NOBODYS)
    until(lambda: fresh_portal.calls("im.notify"), what="it is tried")

    document = fresh_portal.document(deal := fresh_portal.item())
    outputs = fresh_portal.run(enable(), MAIL, item_id=deal)
    assert outputs["public_url"] == fresh_portal.public_url(document)
