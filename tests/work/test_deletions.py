"""A portal that says a document was deleted causes one look at it, and nothing else."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Connection

from robot.errors import ForgedError
from robot.flows.catalogue import LOOK
from robot.protocol.forms import encode_form
from robot.protocol.lifecycle import DOCUMENT_DELETED, parse_event
from robot.store import links
from robot.store.database import Database
from robot.store.links import LinkState, Origin
from robot.store.portals import Portal
from robot.store.tables import links as links_table
from robot.store.vault import Vault
from robot.work.accept import Accept
from robot.work.admission import Admission
from robot.work.tools import Tools
from tests.store.store_rig import APPLICATION_TOKEN, MEMBER, NOW, OTHER_MEMBER, install
from tests.work.links_rig import all_runs
from tests.work.portal_function import PortalFunction, tools_for
from tests.work.test_accept import accepting

pytestmark = pytest.mark.anyio


@pytest.fixture
async def tools(database: Database, vault: Vault) -> AsyncIterator[Tools]:
    async with tools_for(PortalFunction(), database, vault) as opened:
        yield opened


@pytest.fixture
async def accepts(database: Database) -> AsyncIterator[Accept]:
    async with accepting(database) as found:
        yield found


class Told:
    """The app, and whom it woke."""

    def __init__(self, tools: Tools, accepts: Accept) -> None:
        self.woken: list[int] = []
        self._admission = Admission(tools, accepts, self.woken.append)

    async def deleted(
        self, document_id: int, *, member_id: str = MEMBER, token: str = APPLICATION_TOKEN
    ) -> None:
        form = {
            "event": DOCUMENT_DELETED,
            "data": {"FIELDS": {"ID": document_id}},
            "auth": {"member_id": member_id, "application_token": token},
        }
        body = encode_form(form).encode()
        await self._admission.event(parse_event(body), body)


@pytest.fixture
def app(tools: Tools, accepts: Accept) -> Told:
    return Told(tools, accepts)


async def enabled(database: Database, portal: Portal, *document_ids: int) -> None:
    """The register has their links."""
    origin = Origin(
        portal_id=portal.id, run_id=1, item="DEAL_7", source="robot", user_id=1, sent_at=NOW
    )

    def write(conn: Connection) -> None:
        links.ask(conn, {origin: (document_ids, None)}, now=NOW)
        conn.execute(links_table.update().values(state=LinkState.PUBLIC))

    await database.write(write)


async def looks(database: Database) -> list[list[int]]:
    return [run.inputs["document_ids"] for run in await all_runs(database) if run.code == LOOK]


async def test_a_deleted_document_with_an_open_link_is_looked_at(
    database: Database, portal: Portal, app: Told
) -> None:
    await enabled(database, portal, 5)

    await app.deleted(5)

    (run,) = await all_runs(database)
    assert (run.code, run.inputs, run.source) == (LOOK, {"document_ids": [5]}, "time")
    assert (run.user_id, run.secrets) == (portal.user_id, None)
    assert app.woken == [portal.id]


async def test_a_document_is_looked_at_once_however_often_it_is_told(
    database: Database, portal: Portal, app: Told
) -> None:
    await enabled(database, portal, 5, 6)

    await asyncio.gather(*(app.deleted(document_id) for document_id in (5, 6, 5, 6, 5)))

    assert sorted(await looks(database)) == [[5], [6]]


async def test_a_link_that_is_only_asked_for_is_left_to_the_run_that_waits(
    database: Database, portal: Portal, app: Told
) -> None:
    await enabled(database, portal, 5)
    await database.write(
        lambda conn: conn.execute(links_table.update().values(state=LinkState.ASKED))
    )

    await app.deleted(5)

    assert await all_runs(database) == []


async def test_a_document_without_an_open_link_is_not_looked_at(
    database: Database, portal: Portal, app: Told
) -> None:
    await enabled(database, portal, 6)
    await database.write(
        lambda conn: conn.execute(links_table.update().values(state=LinkState.OFF))
    )

    await app.deleted(5)
    await app.deleted(6)

    assert await all_runs(database) == []
    assert app.woken == []


@pytest.mark.parametrize(
    ("member_id", "token"),
    [
        pytest.param(MEMBER, "", id="no application token"),
        pytest.param(MEMBER, "a" * 32, id="another one"),
        pytest.param(OTHER_MEMBER, APPLICATION_TOKEN, id="a portal that is not installed"),
    ],
)
async def test_only_the_portal_itself_may_say_so(
    database: Database, portal: Portal, app: Told, member_id: str, token: str
) -> None:
    await enabled(database, portal, 5)

    with pytest.raises(ForgedError):
        await app.deleted(5, member_id=member_id, token=token)

    assert await all_runs(database) == []


async def test_another_portals_document_of_that_number_is_left_alone(
    database: Database, portal: Portal, app: Told
) -> None:
    other = await install(database, member_id=OTHER_MEMBER)
    await enabled(database, other, 5)

    await app.deleted(5)

    assert await all_runs(database) == []
