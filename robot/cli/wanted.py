"""Which links a command is about: the filters that `linkrobot links …` have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from sqlalchemy.engine import Connection

from robot.errors import SettingsError
from robot.protocol.items import MAX_ID
from robot.settings import read_duration
from robot.store import portals
from robot.store.portals import Portal
from robot.store.register import Wanted


def duration(text: str) -> timedelta:
    """An option such as 90d."""
    try:
        return read_duration(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


OfPortal = Annotated[str, typer.Option("--portal", help="Only this one: its address or member_id.")]
OfItem = Annotated[
    str, typer.Option("--item", metavar="DEAL_7", help="Only of this CRM item, as Bitrix24 names.")
]
OfDocument = Annotated[
    int | None,
    typer.Option("--document", metavar="ID", min=1, max=MAX_ID, help="Only of this document."),
]
OlderThan = Annotated[
    timedelta | None,
    typer.Option("--older-than", metavar="90d", parser=duration, help="Turned on longer ago."),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What was written on the command line."""

    portal: str = ""
    item: str = ""
    document: int | None = None
    older_than: timedelta | None = None

    def __bool__(self) -> bool:
        """Whether anything was."""
        return any((self.portal, self.item, self.document, self.older_than is not None))

    def wanted(self, conn: Connection, **more: Any) -> Wanted:
        """The question to the register."""
        named = [portal.id for portal in named_portals(conn, self.portal)]
        return Wanted(
            portal_ids=named if self.portal else None,
            item=self.item.upper(),
            document_id=self.document,
            asked_before=None if self.older_than is None else datetime.now(UTC) - self.older_than,
            **more,
        )


def named_portals(conn: Connection, name: str) -> list[Portal]:
    """The portals of that address or member_id, also those that removed the app; else all.

    Raises:
        SettingsError: there is none.
    """
    found = portals.listed(conn)
    if not name:
        return found
    wanted = name.lower().removeprefix("https://").removeprefix("http://").strip("/")
    named = [one for one in found if wanted in (one.member_id.lower(), one.host.lower())]
    if not named:
        raise SettingsError(f"No portal is called {name}. See `linkrobot portals`.")
    return named


SOURCES: Mapping[str, str] = {
    "robot": "robot",
    "command": "command line",
    "page": "page",
    "install": "Linkrobot",
    "time": "Linkrobot",
}


def by_whom(source: str, run_id: int | None, user_id: int | None) -> str:
    """Who asked, in words: a run of which robot or command, on behalf of which employee."""
    who = SOURCES.get(source, source)
    run = f"run {run_id}" if run_id else ""
    user = f"employee {user_id}" if user_id else ""
    return ", ".join(filter(None, (who, run, user))) or "-"
