"""Links that should be off are loud; access is renewed in time for those that end later."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from tests.programs import App, Done, Sandbox
from tests.scenarios.doctor_rig import findings, new_app, wrong
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.waiting import until

RENEWING = "SELECT source, succeeded FROM runs WHERE code = '@renew' AND decided_at IS NOT NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A portal whose links should have ended while nothing could end them, then end later."""

    portal: SandboxPortal
    metrics: str
    table: Done
    doctor: Done
    metrics_afterwards: str
    renewing: list[tuple[str, int]]  # whose runs renewed it, and whether it worked


@pytest.fixture(scope="module")
def story(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    app = new_app(tmp_path_factory.mktemp("overdue") / "data", sandbox)
    try:
        yield told(app.start(), sandbox.portal())
    finally:
        app.end()


def told(app: App, portal: SandboxPortal) -> Story:
    app.install_at(portal)
    document, other = (str(portal.document(portal.item())) for _ in range(2))
    app.command("link", "enable", "--portal", portal.member_id, document, other)
    now = datetime.now(UTC)
    app.stop()
    change(app, "UPDATE links SET expires_at = ?, due_at = ?", now - timedelta(hours=1))
    change(app, "UPDATE links SET due_at = ?", now + timedelta(hours=1))  # as if just tried
    app.start()
    metrics, table = app.get("/metrics").text, app.command("links", "--ends-within", "0s")
    doctor = app.command("doctor", "--json")
    app.stop()
    renewals = len(portal.journal("token.renewed"))
    change(app, "UPDATE links SET expires_at = ?, due_at = ?", now + timedelta(days=40))
    change(app, "UPDATE tokens SET expires_at = ?", now - timedelta(days=21))
    change(app, "DELETE FROM check_values WHERE name LIKE 'done %'")
    app.start()
    until(lambda: len(portal.journal("token.renewed")) > renewals, what="the access is renewed")
    return Story(
        portal=portal,
        metrics=metrics,
        table=table,
        doctor=doctor,
        metrics_afterwards=app.get("/metrics").text,
        renewing=until(lambda: app.rows(RENEWING), what="the run is over"),
    )


def change(app: App, order: str, at: datetime | None = None) -> None:
    """As time would have it."""
    values = [at.strftime("%Y-%m-%d %H:%M:%S.%f")] * order.count("?") if at else []
    with closing(sqlite3.connect(app.folder / "linkrobot.sqlite")) as database, database:
        database.execute(order, values)


def test_links_that_should_have_ended_are_counted(story: Story) -> None:
    of_portal = f'{{portal="{story.portal.member_id}"}}'

    assert f"linkrobot_links_overdue{of_portal} 2.0" in story.metrics
    assert f"linkrobot_links_public{of_portal} 2.0" in story.metrics
    assert f"linkrobot_links_overdue{of_portal} 0.0" in story.metrics_afterwards


def test_they_are_loud_in_the_list(story: Story) -> None:
    assert story.table.stdout.count("OVERDUE since") == 2


def test_the_doctor_tells_them_with_the_remedy(story: Story) -> None:
    found = findings(story.doctor, story.portal)

    assert wrong(found) == {"links overdue"}, "the doctor's own look has renewed the access"
    assert "2 link(s)" in found["links overdue"]["text"]


def test_access_that_grows_old_is_renewed_while_links_are_to_end(story: Story) -> None:
    assert story.renewing == [("time", 1)]
