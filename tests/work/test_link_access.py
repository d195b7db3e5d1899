"""A link with an end needs an access that lasts until then; that is seen before it is public."""

import pytest

from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.vault import Vault
from robot.work import crew
from tests.work.links_rig import Documents, all_reported, at_work, enable, in_register, told
from tests.work.portal_function import ENABLE, GET, PortalFunction

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "SWEEP_EVERY", 0.02)


@pytest.fixture
def documents() -> Documents:
    return Documents(public=set())


@pytest.fixture
def function(documents: Documents) -> PortalFunction:
    return PortalFunction(methods={GET: documents.get, ENABLE: documents.change})


async def test_without_an_access_that_renews_no_link_with_an_end_becomes_public(
    database: Database,
    portal: Portal,
    vault: Vault,
    function: PortalFunction,
    documents: Documents,
) -> None:
    function.auth.dead.add("refresh of access-1")
    await enable(database, vault, portal)

    async with at_work(function, database, vault):
        await all_reported(function, 1)

    assert told(function)[0]["error_code"] == "access_does_not_last"
    assert documents.public == set()
    assert await in_register(database) == []


async def test_one_renewal_proves_the_access_for_all_runs_that_follow(
    database: Database, portal: Portal, vault: Vault, function: PortalFunction
) -> None:
    async with at_work(function, database, vault):
        for number in range(1, 4):
            await enable(database, vault, portal, document_id=str(number))
            await all_reported(function, number)

    assert len(function.auth.renewed) == 1
