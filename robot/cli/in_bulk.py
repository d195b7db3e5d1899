"""`linkrobot links check` and `links disable`: many links of installed portals at once."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from sqlalchemy.engine import Connection

from robot.cli.links import FOR_PEOPLE, look, table_of
from robot.cli.output import AsJson, cell, new_table, print_json, print_table
from robot.cli.wanted import (
    Filters,
    OfDocument,
    OfItem,
    OfPortal,
    OlderThan,
    named_portals,
)
from robot.errors import SettingsError
from robot.protocol.answers import one_line
from robot.settings import Settings, load_settings
from robot.store import register
from robot.store.links import LinkState
from robot.store.portals import Portal
from robot.store.register import Found, Wanted
from robot.work import portions
from robot.work.errands import Errands, open_errands
from robot.work.portions import Done, What
from robot.work.spreadsheet import LONGEST_TEXT

Yes = Annotated[bool, typer.Option("--yes", help="Do it; without it only what would be done.")]
Work = Callable[[Errands, Mapping[int, Portal], Sequence[Found]], AsyncIterator[Done]]
SKIPPED = (
    "{host} removed the app: {number} link(s) there cannot be asked about or turned off from "
    "here, and may be public still.\n"
)
IN_WORDS: Mapping[What, str] = {
    What.PUBLIC: "still public",
    What.OFF: "turned off",
    What.ELSEWHERE: "turned off elsewhere before",
    What.DELETED: "document deleted",
    What.UNKNOWN: "not known",
}
NOTHING_CHOSEN = (
    "Say which links: --older-than, --portal, --item or --document. `linkrobot links` takes the "
    "same ones and shows them."
)
DRY_RUN = "{number} link(s) would be turned off. Nothing was done; --yes does it.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """The links that a command is about."""

    portals: Mapping[int, Portal]
    links: Sequence[Found]
    skipped: Mapping[str, int]  # a portal that removed the app -> how many of these links


def check(portal: OfPortal = "", as_json: AsJson = False) -> None:
    """Ask the portals which links are public still, and mark what was turned off or deleted.

    Status 0: all were found out, 1: some were not, 2: nothing was done.
    """
    states = [LinkState.PUBLIC, LinkState.UNKNOWN]  # what is asked for only, its run looks after
    filters = Filters(portal=portal)
    task = look(lambda conn: _task(conn, filters.wanted(conn, states=states)))
    done = _do(load_settings(), task, portions.look, as_json=as_json)
    raise typer.Exit(1 if any(one.what is What.UNKNOWN for one in done) else 0)


def disable(
    older_than: OlderThan = None,
    portal: OfPortal = "",
    item: OfItem = "",
    document: OfDocument = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Turn links off in bulk. Without --yes it only shows which.

    Status 0: all are off, 1: some are not, 2: nothing was done.
    """
    filters = Filters(portal=portal, item=item, document=document, older_than=older_than)
    if not filters:
        raise SettingsError(NOTHING_CHOSEN)
    task = look(lambda conn: _task(conn, filters.wanted(conn)))
    if task.links and not yes and not _is_wanted(filters, task, as_json=as_json):
        raise typer.Exit(2)
    done = _do(load_settings(), task, portions.turn_off, as_json=as_json)
    raise typer.Exit(1 if any(one.is_open for one in done) else 0)


def _task(conn: Connection, wanted: Wanted) -> _Task:
    known = {portal.id: portal for portal in named_portals(conn, "")}
    gone = register.count(conn, replace(wanted, is_installed=False))
    return _Task(
        portals=known,
        links=register.to_do(conn, replace(wanted, is_installed=True)),
        skipped={known[portal_id].host: number for portal_id, number in gone.items()},
    )


def _is_wanted(filters: Filters, task: _Task, *, as_json: bool) -> bool:
    """Show what would be turned off, and ask where somebody can answer."""
    if as_json:
        print_json(_values(task.portals[link.portal_id], link, "dry_run") for link in task.links)
        return False

    def show(conn: Connection) -> None:
        wanted = filters.wanted(conn, is_installed=True)
        table = table_of(register.found(conn, wanted, limit=FOR_PEOPLE), datetime.now(UTC))
        print_table(table, "")

    look(show)
    _tell_skipped(task)
    number = len(task.links)
    if number > FOR_PEOPLE:
        sys.stderr.write(f"These are the newest {FOR_PEOPLE} of {number}.\n")
    if sys.stdin.isatty() and sys.stdout.isatty():
        return typer.confirm(f"Turn {number} link(s) off?")
    sys.stdout.write(DRY_RUN.format(number=number))
    return False


def _do(settings: Settings, task: _Task, work: Work, *, as_json: bool) -> list[Done]:
    """Do it, with a progress bar where a person looks on; then what came of it."""
    done = asyncio.run(_collect(settings, task, work)) if task.links else []
    if as_json:
        print_json(
            _values(task.portals[one.link.portal_id], one.link, one.what, one) for one in done
        )
    else:
        _print(task, done)
    _tell_skipped(task)
    return done


async def _collect(settings: Settings, task: _Task, work: Work) -> list[Done]:
    done: list[Done] = []
    console = Console(stderr=True)
    async with open_errands(settings) as errands:
        with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
            bar = progress.add_task("Links", total=len(task.links))
            async for one in work(errands, task.portals, task.links):
                done.append(one)
                progress.advance(bar)
    return done


def _print(task: _Task, done: Sequence[Done]) -> None:
    """Each link that is not simply as it should be, why others are not known, and a summary."""
    table = new_table("Document", "Item", "Portal", "Found", "Link")
    for one in done:
        if one.what not in (What.PUBLIC, What.OFF):
            table.add_row(
                str(one.link.document_id),
                cell(one.link.item or "-"),
                cell(task.portals[one.link.portal_id].host),
                cell(_found(one)),
                cell(one.link.url or "-"),
            )
    if table.row_count:
        print_table(table, "")
    numbers = Counter(one.what for one in done)
    parts = [f"{numbers[what]} {words}" for what, words in IN_WORDS.items() if numbers[what]]
    sys.stdout.write(f"{len(done)} link(s): {', '.join(parts) or 'none to look after'}.\n")


def _found(one: Done) -> str:
    words = IN_WORDS[one.what]
    if one.what is not What.UNKNOWN:
        return words
    text = one_line(one.error_text, LONGEST_TEXT)
    return f"{words}: {one.error_code}: {text}" if one.error_code else words


def _tell_skipped(task: _Task) -> None:
    for host, number in task.skipped.items():
        sys.stderr.write(SKIPPED.format(host=host, number=number))


def _values(portal: Portal, link: Found, found: str, done: Done | None = None) -> dict[str, Any]:
    return {
        "portal": portal.host,
        "member_id": portal.member_id,
        "document_id": link.document_id,
        "item": link.item,
        "url": link.url,
        "found": found,
        "error_code": done.error_code if done else "",
        "error_text": done.error_text if done else "",
    }
