"""Runs of a portal as one redacted file, for whoever is to find out why they ended as they did."""

import json
from collections.abc import Sequence

from sqlalchemy.engine import Connection

from robot.errors import SettingsError
from robot.store import exporting
from robot.store.database import Database
from robot.work.exporting.redaction import redacted

UNKNOWN = (
    "There is no run {run_id}. `linkrobot runs` shows them; what is older than LINKROBOT_KEEP_RUNS "
    "is forgotten."
)
TWO_PORTALS = (
    "Runs {first} and {other} are of different portals. Export those of one portal at a time."
)


async def export_runs(database: Database, portal_id: int, ids: Sequence[int]) -> str:
    """JSON of these runs of that portal.

    Raises:
        SettingsError: one of them is not there, or not that portal's.
    """
    return await database.read(lambda conn: _exported(conn, portal_id, ids))


async def portal_of_runs(database: Database, ids: Sequence[int]) -> int:
    """The portal whose runs these are.

    Raises:
        SettingsError: one of them is not there, or they are of several portals.
    """
    found = await database.read(lambda conn: exporting.portals_of(conn, ids))
    for run_id in ids:
        if run_id not in found:
            raise SettingsError(UNKNOWN.format(run_id=run_id))
        if found[run_id] != found[ids[0]]:
            raise SettingsError(TWO_PORTALS.format(first=ids[0], other=run_id))
    return found[ids[0]]


def _exported(conn: Connection, portal_id: int, ids: Sequence[int]) -> str:
    runs = exporting.chosen_runs(conn, portal_id, ids)
    missing = set(ids) - {run.id for run in runs}
    if missing or not runs:
        raise SettingsError(UNKNOWN.format(run_id=min(missing, default="to export")))
    document = redacted(exporting.portal(conn, portal_id), runs)
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
