"""Idle portals are taken in the very transaction that stores their runs: they start at once."""

from collections.abc import Collection, Iterable
from functools import partial

from sqlalchemy.engine import Connection

from robot.logs import get_logger
from robot.store.trouble import concerns_database
from robot.work.beginning import Beginning, begin
from robot.work.lease import Lease, holder_of, take_within
from robot.work.tools import Tools

Taken = tuple[Lease, Beginning]

log = get_logger()


class Claims:
    """The portals that one transaction may take for this process, and those that it took."""

    def __init__(self, tools: Tools, *, busy: Collection[int] | None, room: int) -> None:
        """`busy`: portals that this process works on already; None: nothing is taken."""
        self.taken: dict[int, Taken] = {}
        self.missed: set[int] = set()  # another replica holds them, or is just about them
        self._busy = busy
        self._tools = tools
        self._begin = partial(begin, vault=tools.vault, room=room)

    def take(self, conn: Connection, portal_ids: Iterable[int]) -> None:
        """Take those that nobody holds. In the database's thread."""
        self.taken.clear()
        self.missed.clear()
        if self._busy is None:
            return
        for portal_id in portal_ids:
            if portal_id not in self._busy:
                self._take(conn, portal_id)
                if portal_id not in self.taken:
                    self.missed.add(portal_id)

    def _take(self, conn: Connection, portal_id: int) -> None:
        """Storing a run fails only where the database does, not for what its work stumbles over."""
        try:
            with conn.begin_nested():  # what fails is undone, and the runs beside it are not
                taken = take_within(
                    conn,
                    self._tools.database,
                    portal_id,
                    holder=holder_of(self._tools),
                    begin=partial(self._begin, portal_id=portal_id),
                    waits=False,  # whoever stores runs waits for nobody
                )
        except Exception as error:
            if concerns_database(error):
                raise
            log.exception("portal.not_begun", portal=portal_id)  # the sweep tries again
            return
        if taken:
            self.taken[portal_id] = taken
