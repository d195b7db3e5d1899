"""Which portals are registered anew: where something differs, and each once a day."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from robot.flows.catalogue import REGISTER, registrations
from robot.flows.flow import Template
from robot.flows.register import NOT_TAKEN
from robot.settings import Settings
from robot.store import portals, robots, tokens
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.vault import Vault
from robot.work.registering import (
    ROBOT_PATH,
    is_registered,
    queue_daily,
    queue_differing,
    queue_registering,
)
from tests.portal.portal_rig import pair
from tests.work.checks.checks_rig import settings as made
from tests.work.links_rig import all_runs
from tests.work.portal_function import PortalFunction, refuse, work

pytestmark = pytest.mark.anyio
URL = "https://robot.example.com"
HERE = made(public_url=URL)
TEMPLATES = {39: Template(name="Contract")}
LISTED = {"templates": {"39": {"id": "39", "name": "Contract"}}}


def wanted(templates: dict[int, Template], *, activities: bool = True) -> dict[str, str]:
    return registrations(
        handler=URL + ROBOT_PATH, user_id=1, templates=templates, activities=activities
    )


async def save(
    database: Database,
    portal: Portal,
    prints: dict[str, str],
    templates: dict[int, Template] | None = None,
    at: datetime | None = None,
) -> None:
    def write(conn: Connection) -> None:
        now = at or datetime.now(UTC)
        robots.save(conn, portal.id, prints, templates=templates, user_id=1, now=now)

    await database.write(write)


@pytest.mark.parametrize(
    ("prints", "settings", "differing"),
    [
        pytest.param(wanted(TEMPLATES), HERE, 0, id="as it should be"),
        pytest.param(wanted({}), HERE, 1, id="without its templates"),
        pytest.param(
            wanted(TEMPLATES) | {"linkrobot_enable_activity": NOT_TAKEN}, HERE, 0, id="no designer"
        ),
        pytest.param(wanted(TEMPLATES, activities=False), HERE, 1, id="from a version without"),
        pytest.param(
            wanted(TEMPLATES), made(public_url=URL, activities=False), 1, id="not wanted any more"
        ),
        pytest.param(
            wanted(TEMPLATES, activities=False),
            made(public_url=URL, activities=False),
            0,
            id="not wanted, and not there",
        ),
    ],
)
async def test_only_what_differs_is_registered_at_the_start(
    database: Database, portal: Portal, prints: dict[str, str], settings: Settings, differing: int
) -> None:
    await save(database, portal, prints, TEMPLATES)

    assert await queue_differing(database, settings) == differing
    assert len(await all_runs(database)) == differing


async def test_each_portal_is_asked_for_its_templates_once_a_day(
    database: Database, portal: Portal
) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1, minutes=1)
    await save(database, portal, wanted({}), at=yesterday)

    assert await queue_daily(database, HERE) == 1
    assert await queue_daily(database, HERE) == 0

    (run,) = await all_runs(database)
    assert (run.code, run.user_id) == (REGISTER, 1)
    assert run.inputs["known"] == wanted({})


async def test_none_is_asked_while_such_a_run_waits(database: Database, portal: Portal) -> None:
    await save(database, portal, wanted({}), at=datetime.now(UTC) - timedelta(days=2))
    await database.write(lambda conn: queue_registering(conn, portal, HERE, user_id=1))

    await queue_daily(database, HERE)

    assert len(await all_runs(database)) == 1


async def test_a_process_that_does_not_know_its_address_asks_none(
    database: Database, portal: Portal
) -> None:
    await save(database, portal, wanted({}), at=datetime.now(UTC) - timedelta(days=2))

    assert await queue_daily(database, made()) == 0
    assert await all_runs(database) == []


@pytest.fixture
def function() -> PortalFunction:
    def yes(_params: dict[str, Any]) -> Any:
        return True

    def nothing(_params: dict[str, Any]) -> Any:
        return []

    return PortalFunction(
        methods={
            "bizproc.robot.list": nothing,
            "bizproc.activity.list": refuse("ERROR_METHOD_NOT_FOUND", "Method not found!"),
            "event.get": nothing,
            "crm.documentgenerator.template.list": lambda _params: LISTED,
            "bizproc.robot.add": yes,
            "event.bind": yes,
        }
    )


async def test_what_a_run_registered_and_read_is_remembered(
    database: Database, portal: Portal, vault: Vault, function: PortalFunction
) -> None:
    def write(conn: Connection) -> None:
        tokens.save(conn, vault, portal, pair("access-1"), overrule=True)
        queue_registering(conn, portal, HERE, user_id=1)

    await database.write(write)

    await work(function, database, vault, portal)

    def look(conn: Connection) -> tuple[Portal | None, bool]:
        found = portals.find(conn, portal.id)
        return found, found is not None and is_registered(conn, found, HERE)

    found, is_current = await database.read(look)
    assert found is not None
    assert (found.templates, is_current) == (TEMPLATES, True)
    assert [name for name, _ in function.calls].count("bizproc.activity.add") == 0
