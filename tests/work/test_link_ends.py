"""Links end when they were to, whoever dies meanwhile, and never before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from robot.flows.catalogue import DISABLE
from robot.store import links
from robot.store import tokens as stored_tokens
from robot.store.links import Origin
from robot.store.tables import links as table
from robot.work import ending
from tests.store.store_rig import record, tokens
from tests.work.links_rig import (
    Site,
    days,
    until,
)
from tests.work.portal_function import ENABLE, refuse

pytestmark = pytest.mark.anyio


async def come_to_its_end(site: Site) -> None:
    """Its time is over now."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    await site.change(table, expires_at=past, due_at=past)


async def test_a_link_turns_itself_off_at_its_end(site: Site) -> None:
    await site.enable(valid_days=days(1))

    async with site.at_work():
        await until(lambda: 5 in site.documents.public)
        (link,) = await site.until_stored(lambda found: found[0].state == "off")

    assert site.documents.public == set()
    assert (link.ended_by, link.expires_at is not None) == ("expired", True)
    assert site.told()[0]["expires_at"] == f"{link.expires_at:%Y-%m-%d %H:%M} UTC"
    lines = await site.in_audit()
    assert [(line.action, line.source, line.document_id) for line in lines] == [
        ("on", "robot", 5),
        ("off", "expired", 5),
    ]
    assert lines[0].expires_at == link.expires_at


async def test_it_ends_although_the_app_did_not_run_then(site: Site) -> None:
    await site.enable()
    async with site.at_work():
        await site.all_reported(1)
    await come_to_its_end(site)

    async with site.at_work():
        await site.until_stored(lambda found: found[0].state == "off")

    assert site.documents.public == set()


async def test_enabling_again_sets_the_new_end(site: Site) -> None:
    await site.enable(valid_days="1")
    async with site.at_work():
        await site.all_reported(1)
        (first,) = await site.in_register()
        await site.enable(valid_days="3")
        await site.all_reported(2)
        (second,) = await site.in_register()
        await site.enable(valid_days="")
        await site.all_reported(3)
    (third,) = await site.in_register()

    assert first.expires_at is not None
    assert second.expires_at is not None
    assert second.expires_at - first.expires_at > timedelta(days=1.9)
    assert third.expires_at is None, "for ever"


async def test_a_link_that_lives_longer_is_not_cut_short_by_an_older_run(site: Site) -> None:
    late = site.called("late", inputs={"document_id": "5", "valid_days": "0.001"})
    await site.enable(valid_days="30")
    async with site.at_work():
        await site.all_reported(1)
        (before,) = await site.in_register()
        await record(site.database, late)
        await site.all_reported(2)
    (after,) = await site.in_register()

    assert after.expires_at == before.expires_at


async def test_a_link_that_was_given_a_later_end_while_its_end_was_queued_stays(site: Site) -> None:
    await site.enable()
    async with site.at_work():
        await site.all_reported(1)
    await come_to_its_end(site)
    await site.database.write(ending.queue_due)
    end = datetime.now(UTC) + timedelta(days=1)
    await site.change(table, expires_at=end, due_at=end)

    async with site.at_work():
        await site.until_finished()

    assert site.documents.public == {5}
    assert (await site.in_register())[0].state == "public"


async def test_turning_off_by_the_robot_ends_it_at_once_and_nothing_is_left_to_do(
    site: Site,
) -> None:
    await site.enable()
    async with site.at_work():
        await site.all_reported(1)
        await site.disable()
        (link,) = await site.until_stored(lambda found: found[0].state == "off")
    await come_to_its_end(site)
    async with site.at_work():
        await site.until_finished()

    assert link.ended_by == "robot"
    assert [run.code for run in await site.all_runs()] == ["linkrobot_enable", DISABLE]


async def test_a_link_that_could_not_be_turned_off_is_tried_again_and_stays_open(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await site.enable()
    async with site.at_work():
        await site.all_reported(1)
        site.function.methods[ENABLE] = refuse("ACCESS_DENIED")
        monkeypatch.setattr(ending, "AGAIN_AFTER", timedelta(seconds=0.1))
        await come_to_its_end(site)
        await until(lambda: len(site.function.sent(ENABLE)) >= 4)
        assert (await site.in_register())[0].state == "public"
        site.function.methods[ENABLE] = site.documents.change
        await site.until_stored(lambda found: found[0].state == "off")

    assert site.documents.public == set()


async def test_a_link_of_which_nobody_knows_how_it_is_is_looked_at(site: Site) -> None:
    await site.enable()
    async with site.at_work():
        await site.all_reported(1)
        unknown = {"state": "unknown", "due_at": datetime.now(UTC), "url": ""}
        await site.change(table, **unknown)
        (link,) = await site.until_stored(lambda found: found[0].state == "public")

    assert link.url == "https://acme.bitrix24.com/~5"
    assert site.documents.public == {5}


async def test_a_thousand_that_end_together_all_end_in_as_few_requests_as_they_fit(
    site: Site,
) -> None:
    number, past = 1_000, datetime.now(UTC) - timedelta(seconds=1)
    ids = list(range(1, number + 1))
    site.documents.public = set(ids)
    origin = Origin(
        portal_id=site.portal.id, run_id=10**6, item="", source="robot", user_id=1, sent_at=past
    )
    pair = replace(tokens(), expires_at=datetime.now(UTC) + timedelta(hours=1))
    await site.database.write(
        lambda conn: stored_tokens.save(conn, site.vault, site.portal, pair, overrule=False)
    )
    await site.database.write(lambda conn: links.ask(conn, {origin: (ids, past)}, now=past))

    async with site.at_work():
        await until(lambda: not site.documents.public)
        await site.until_finished()

    found = await site.in_register()
    assert site.documents.public == set()
    assert {link.ended_by for link in found} == {"expired"}
    assert len(site.function.sent(ENABLE)) == number, "each once"
    # A look and a call each; of a method whose time is not known 20 go together.
    assert site.function.requests <= 2 * number / 20 * 1.25
