"""`linkrobot links`: the table, what machines get, and what is refused."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from robot.errors import SettingsError
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.tables import links
from robot.work.spreadsheet import COLUMNS
from tests.cli.conftest import Command

pytestmark = pytest.mark.anyio
URL = "https://acme.bitrix24.com/~71q5j"


async def keep(database: Database, portal: Portal, document_id: int, **changes: Any) -> None:
    """A link in the register, turned on an hour ago."""
    at = datetime.now(UTC) - timedelta(hours=1)
    row = {
        "portal_id": portal.id,
        "document_id": document_id,
        "run_id": 12,
        "item": "DEAL_7",
        "title": "Contract",
        "url": URL,
        "state": "public",
        "asked_at": at,
        "changed_at": at,
        "source": "robot",
        "user_id": 1,
    }
    await database.write(lambda conn: conn.execute(insert(links), {**row, **changes}))


async def test_the_table_says_who_since_when_until_when_and_where(
    database: Database, portal: Portal, command: Command
) -> None:
    end = datetime.now(UTC) - timedelta(minutes=16)
    await keep(database, portal, 1)
    await keep(database, portal, 2, expires_at=end, due_at=end)
    await keep(database, portal, 3, state="off", ended_by="expired", expires_at=end)

    done = await command("links", "--all")

    lines = done.stdout.splitlines()
    assert done.exit_code == 0, done.output
    assert [line.split()[0] for line in lines] == ["Document", "3", "2", "1"]
    assert "robot, run 12, employee 1" in lines[3]
    assert "\N{EM DASH}" in lines[3]
    assert "OVERDUE since" in lines[2]
    assert "at its end, 20" in lines[1]
    assert all(line.endswith(URL) for line in lines[1:])


async def test_filters_narrow_it_down(database: Database, portal: Portal, command: Command) -> None:
    now = datetime.now(UTC)
    await keep(database, portal, 1, asked_at=now - timedelta(days=91))
    await keep(database, portal, 2, item="LEAD_9")
    await keep(database, portal, 3, expires_at=now + timedelta(days=6))
    await keep(database, portal, 4, state="off", ended_by="elsewhere")

    async def found(*words: str) -> list[int]:
        done = await command("links", "--json", *words)
        return [row["document_id"] for row in json.loads(done.stdout)]

    assert await found() == [3, 2, 1]
    assert await found("--older-than", "90d") == [1]
    assert await found("--item", "lead_9") == [2]
    assert await found("--document", "2") == [2]
    assert await found("--ends-within", "7d") == [3]
    assert await found("--ended", "any") == [4]
    assert await found("--ended", "expired") == []
    assert await found("--portal", "https://ACME.bitrix24.com/", "--limit", "1") == [3]


async def test_csv_and_json_hold_every_column(
    database: Database, portal: Portal, command: Command
) -> None:
    await keep(database, portal, 1, title='=HYPERLINK("http://x")')

    (row,) = csv.DictReader(io.StringIO((await command("links", "--csv")).stdout))
    (same,) = json.loads((await command("links", "--json")).stdout)

    assert tuple(row) == COLUMNS
    assert set(COLUMNS) <= set(same)
    assert (row["portal"], row["url"], row["overdue"]) == ("acme.bitrix24.com", URL, "False")
    assert row["title"].startswith("'=HYPERLINK")
    assert same["title"].startswith("=HYPERLINK")


async def test_a_long_table_says_that_there_is_more(
    database: Database, portal: Portal, command: Command
) -> None:
    for number in range(3):
        await keep(database, portal, number + 1)

    done = await command("links", "--limit", "2")

    assert len(done.stdout.splitlines()) == 3
    assert "the newest 2; there are more" in done.stderr


WRONG = {
    "an unknown portal": ("links", "--portal", "nowhere"),
    "two formats": ("links", "--json", "--csv"),
    "options before the subcommand": ("links", "--portal", "x", "check"),
}


@pytest.mark.parametrize("words", WRONG.values(), ids=WRONG)
async def test_what_cannot_be_meant_is_refused(words: tuple[str, ...], command: Command) -> None:
    assert isinstance((await command(*words)).exception, SettingsError)


@pytest.mark.parametrize("age", ["90", "d", "-1d", "90 days"])
async def test_an_age_is_a_number_and_a_unit(age: str, command: Command) -> None:
    done = await command("links", "--older-than", age)

    assert done.exit_code == 2
    assert "a number and a unit" in done.output


async def test_where_nothing_is_found_a_sentence_says_so(portal: Portal, command: Command) -> None:
    assert "No link is public" in (await command("links")).stdout
    assert "No such link" in (await command("links", "--ended", "any")).stdout
