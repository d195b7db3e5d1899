"""`linkrobot links`: what is public, since when, until when, and how other links ended."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, TypeVar

import typer
from rich.table import Table
from rich.text import Text
from sqlalchemy.engine import Connection

from robot.cli.output import (
    AsCsv,
    AsJson,
    cell,
    moment,
    new_table,
    print_csv,
    print_json,
    print_table,
)
from robot.cli.shown import looked_at
from robot.cli.wanted import (
    Filters,
    OfDocument,
    OfItem,
    OfPortal,
    OlderThan,
    by_whom,
    duration,
)
from robot.errors import SettingsError
from robot.settings import load_settings
from robot.store import register
from robot.store.links import LinkState
from robot.store.register import Link
from robot.work.opening import open_database
from robot.work.spreadsheet import COLUMNS, row_of

T = TypeVar("T")
FOR_PEOPLE = 200  # links, where no --limit was given
ENDINGS = {
    "expired": "at its end",
    "robot": "by a robot",
    "command": "by the command line",
    "page": "by the page",
    "deleted": "document deleted",
    "elsewhere": "in Bitrix24, not by Linkrobot",
    "app_removed": "app removed: may be public still",
    "never_on": "never turned on",
}
MORE = "These are the newest {limit}; there are more. --limit shows so many, --csv and --json all."
NONE_PUBLIC = "No link is public through Linkrobot."
NO_SUCH = "No such link is in the register. --all shows also those that are off."


class Ended(StrEnum):
    """How a link ended, as it is asked for."""

    ANY = "any"
    EXPIRED = "expired"
    ROBOT = "robot"
    COMMAND = "command"
    PAGE = "page"
    DELETED = "deleted"
    ELSEWHERE = "elsewhere"
    APP_REMOVED = "app_removed"


def links(  # noqa: PLR0913, PLR0917 # a command has as many options as it needs
    context: typer.Context,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    portal: OfPortal = "",
    item: OfItem = "",
    document: OfDocument = None,
    older_than: OlderThan = None,
    ends_within: Annotated[
        timedelta | None,
        typer.Option(
            "--ends-within", metavar="7d", parser=duration, help="That end so soon, or should have."
        ),
    ] = None,
    ended: Annotated[
        Ended | None, typer.Option("--ended", help="Those that ended, in any way or in this one.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Also those that are off.")] = False,
    limit: Annotated[
        int | None, typer.Option(help=f"How many, newest first; {FOR_PEOPLE} in a table.", min=1)
    ] = None,
) -> None:
    """Which links Linkrobot turned on that are, or may be, public; until when, and by whom."""
    if context.invoked_subcommand:
        _refuse_misplaced(context)
        return
    if as_json and as_csv:
        raise SettingsError("Choose one of --json and --csv.")
    filters = Filters(portal=portal, item=item, document=document, older_than=older_than)
    now = datetime.now(UTC)
    more = {
        "ends_before": None if ends_within is None else now + ends_within,
        "ended_by": None if ended is None else "" if ended is Ended.ANY else ended.value,
        "every": every,
    }

    def show(conn: Connection) -> None:
        wanted = filters.wanted(conn, **more)
        if as_csv or as_json:
            rows = (row_of(link, now) for link in register.found(conn, wanted, limit=limit))
            print_csv(COLUMNS, rows) if as_csv else print_json(rows)
            return
        most = limit or FOR_PEOPLE
        shown = list(register.found(conn, wanted, limit=most + 1))
        is_narrowed = filters or wanted.ends_before or ended or every
        print_table(table_of(shown[:most], now), NO_SUCH if is_narrowed else NONE_PUBLIC)
        if len(shown) > most:
            typer.echo(MORE.format(limit=most), err=True)

    look(show)


def _refuse_misplaced(context: typer.Context) -> None:
    """An option before the subcommand's name would narrow nothing down."""
    given = [
        name
        for name in context.params
        if (source := context.get_parameter_source(name)) and source.name == "COMMANDLINE"
    ]
    if given:
        name = context.invoked_subcommand
        raise SettingsError(f"Write options behind «{name}»: linkrobot links {name} --portal …")


def look(question: Callable[[Connection], T]) -> T:
    """Ask the database, also while the app runs."""
    settings = looked_at(load_settings())

    async def ask() -> T:
        async with open_database(settings) as database:
            return await database.read(question)

    return asyncio.run(ask())


def table_of(found: Iterable[Link], now: datetime) -> Table:
    """Links as people read them."""
    table = new_table(
        *("Document", "Title", "Item", "Portal", "State", "Since", "Until", "By whom", "Ended"),
        "Link",
    )
    for link in found:
        table.add_row(
            str(link.document_id),
            cell(link.title),
            cell(link.item or "-"),
            cell(link.host),
            link.state,
            moment(link.asked_at),
            until(link, now),
            by_whom(link.source, link.run_id, link.user_id),
            how_ended(link),
            cell(link.url or "-"),
        )
    return table


def until(link: Link, now: datetime) -> Text:
    """When it ends; loud where it should have."""
    if link.expires_at is None:
        return Text("\N{EM DASH}")
    if link.is_overdue(now):
        return Text(f"OVERDUE since {moment(link.expires_at)}", style="bold red")
    return Text(moment(link.expires_at))


def how_ended(link: Link) -> str:
    """How and when it ended, in words."""
    if link.ended_by is None:
        return "-" if link.is_open or link.state != LinkState.OFF else moment(link.changed_at)
    how = ENDINGS.get(link.ended_by, link.ended_by)
    return how if link.is_open else f"{how}, {moment(link.changed_at)}"
