"""All checks together, on a database of the test's own; nobody answers on the network."""

import shutil
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from robot.protocol.origin import digest
from robot.store import portals, unverified
from robot.store.database import Database
from robot.store.tables import links
from robot.store.unverified import Kind
from robot.work.checks.examine import examine
from robot.work.checks.finding import Finding, State
from tests.programs import free_port
from tests.store.store_rig import CLIENT_ID, OTHER_MEMBER, install, new_run, record
from tests.work.checks.checks_rig import settings

pytestmark = pytest.mark.anyio
OTHER_HOST = "other.bitrix24.com"


@pytest.fixture
def folder(empty_database: Path, tmp_path: Path) -> Path:
    """A data folder with a database that nothing is in."""
    made = tmp_path / "data"
    made.mkdir(mode=0o700)
    shutil.copy(empty_database, made / "linkrobot.sqlite")
    return made


async def examined(folder: Path, **values: object) -> dict[tuple[str, str], Finding]:
    """What was found, by the portal's address and the check's name."""
    nobody = f"http://127.0.0.1:{free_port()}"
    known = settings(
        **{
            "data_dir": folder,
            "auth_servers": nobody,
            "client_id": CLIENT_ID,
            "client_secret": "made-up-secret",
            **values,
        }
    )
    found = await examine(known, open_files=16_384)
    return {(one.portal, one.name): one for one in found}


async def test_whoever_waits_is_told_with_the_portal(folder: Path) -> None:
    database, now = Database(folder / "linkrobot.sqlite"), datetime.now(UTC)
    portal = await install(database)
    await install(
        database,
        member_id=OTHER_MEMBER,
        client_id="local.other.1",
        endpoint=f"https://{OTHER_HOST}/rest/",
    )
    since = now - timedelta(hours=2)
    await record(database, new_run(portal.id, received_at=since))
    await database.write(
        lambda conn: unverified.keep(conn, Kind.RUN, b"sealed", message_hash=b"x" * 32, now=now)
    )
    await database.close()

    found = await examined(folder)

    assert found[portal.host, "waiting runs"].state is State.WARNING
    assert "2.0 hours" in found[portal.host, "waiting runs"].text
    assert found["", "unverified messages"].state is State.WARNING
    assert found[OTHER_HOST, "application"].state is State.WARNING


async def test_where_nothing_was_installed_yet_nothing_waits(folder: Path) -> None:
    found = await examined(folder)

    failed = {name for (_, name), one in found.items() if one.state is State.FAILED}
    assert failed == {"public address", "authorization server"}
    assert found["", "unverified messages"].state is State.WELL
    assert found["", "key"].state is State.WELL


async def test_the_public_address_is_looked_at_without_a_portal(folder: Path) -> None:
    found = await examined(folder, public_url=f"http://127.0.0.1:{free_port()}")

    assert "cannot be reached" in found["", "public address"].text
    assert "linkrobot serve" in found["", "public address"].remedy


async def test_links_that_are_not_turned_off_in_time_are_told(folder: Path) -> None:
    database, now = Database(folder / "linkrobot.sqlite"), datetime.now(UTC)
    late, sure = await install(database), await install(database, member_id=OTHER_MEMBER)
    for portal, end in ((late, now - timedelta(minutes=16)), (sure, now + timedelta(days=1))):
        await database.write(partial(keep_link, portal_id=portal.id, end=end))
    keys = digest(f"{CLIENT_ID}:made-up-secret")
    await database.write(lambda conn: portals.renewed(conn, sure.id, keys=keys))
    await database.close()

    found = await examine(
        settings(
            data_dir=folder,
            auth_servers="http://127.0.0.1:1",
            client_id=CLIENT_ID,
            client_secret="made-up-secret",
        ),
        open_files=16_384,
    )

    told = [one for one in found if one.name.startswith("links")]
    assert [(one.name, one.state) for one in told] == [
        ("links overdue", State.FAILED),
        ("links that end", State.FAILED),
    ]
    assert all(late.host in one.remedy for one in told)


def keep_link(conn: Connection, *, portal_id: int, end: datetime) -> None:
    row = {"run_id": 1, "state": "public", "asked_at": end, "changed_at": end}
    ends = {"expires_at": end, "due_at": end}
    conn.execute(insert(links).values(portal_id=portal_id, document_id=5, **row, **ends))
