"""`linkrobot portals forget NAME`: delete all that is stored of a portal, its audit too."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer

from robot.cli.links import look
from robot.cli.wanted import named_portals
from robot.errors import SettingsError
from robot.settings import Settings, load_settings
from robot.store import removal
from robot.store.portals import Portal
from robot.work.opening import open_database

STEP = 500  # rows in one transaction: accepting never waits long for it
Name = Annotated[str, typer.Argument(metavar="PORTAL", help="Its address or member_id.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it; without it only what would be deleted.")]
Installed = Annotated[
    bool,
    typer.Option("--installed", help="Even if the app seems installed: the portal was deleted."),
]
STILL_INSTALLED = (
    "The app is still installed at {host}. Turn its links off (`linkrobot links disable --portal "
    "{host}`) and remove the app in Bitrix24 first. If that portal exists no more, add --installed."
)
WOULD = "Of {host}: {links} link(s), {audit} line(s) of the audit and {runs} run(s).\n"
DRY_RUN = "Nothing was deleted; --yes does it. Links that are public stay so.\n"
DONE = "Nothing is stored of {host} any more. Backups still hold it.\n"


def forget(portal: Name, yes: Yes = False, installed: Installed = False) -> None:
    """Delete all that is stored of a portal that removed the app; it cannot be undone.

    Status 0: deleted, 2: nothing was done.
    """
    found = look(partial(named_portals, name=portal))
    still = [one for one in found if not one.removed_at]
    if still and not installed:
        raise SettingsError(STILL_INSTALLED.format(host=still[0].host))
    for one in found:
        numbers = look(partial(removal.data_of, portal_id=one.id))
        sys.stdout.write(WOULD.format(host=one.host, **numbers))
    if not yes and not (sys.stdin.isatty() and typer.confirm("Delete all of it?")):
        sys.stdout.write(DRY_RUN)
        raise typer.Exit(2)
    asyncio.run(_forget(load_settings(), found))
    sys.stdout.write(DONE.format(host=found[0].host))


async def _forget(settings: Settings, found: Sequence[Portal]) -> None:
    async with open_database(settings) as database:
        for portal in found:
            if not portal.removed_at:
                remove = partial(removal.remove, portal_id=portal.id, now=datetime.now(UTC))
                await database.write(remove)
            step = partial(removal.forget_step, portal_id=portal.id, limit=STEP)
            gone = STEP
            while gone:
                gone = await database.write(step)
