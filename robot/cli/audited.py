"""`linkrobot links audit`: who turned which link on or off, when and why; it is never forgotten."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer
from sqlalchemy.engine import Connection

from robot.cli.links import look
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
from robot.cli.wanted import OfDocument, OfPortal, by_whom, named_portals
from robot.errors import SettingsError
from robot.store import audit as stored
from robot.store.audit import Line

FOR_PEOPLE = 100  # lines, where no --limit was given
COLUMNS = (
    *("at", "portal", "member_id", "action", "document_id", "item"),
    *("source", "run_id", "user_id", "url", "expires_at"),
)
ACTIONS: Mapping[str, str] = {"on": "on", "off": "off", "unknown": "on, perhaps: no answer came"}
# Why a link is off that no run was told to turn off.
REASONS: Mapping[str, str] = {
    "expired": "its end had come",
    "deleted": "found: the document was deleted",
    "elsewhere": "found: turned off in Bitrix24",
}


def audit(
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    portal: OfPortal = "",
    document: OfDocument = None,
    limit: Annotated[
        int | None, typer.Option(help=f"How many, newest first; {FOR_PEOPLE} in a table.", min=1)
    ] = None,
) -> None:
    """Who turned which link on or off, when and why. Forgetting old runs removes none of it."""
    if as_json and as_csv:
        raise SettingsError("Choose one of --json and --csv.")
    is_table = not (as_json or as_csv)

    def show(conn: Connection) -> None:
        named = [one.id for one in named_portals(conn, portal)] if portal else None
        most = limit or (FOR_PEOPLE if is_table else None)
        lines = stored.lines(conn, portal_ids=named, document_id=document, limit=most)
        if is_table:
            _print(lines)
        elif as_csv:
            print_csv(COLUMNS, map(_values, lines))
        else:
            print_json(map(_values, lines))

    look(show)


def _print(lines: Iterable[Line]) -> None:
    table = new_table("When", "Portal", "Document", "Item", "Link", "Who and why", "Until", "URL")
    for line in lines:
        table.add_row(
            moment(line.at),
            cell(line.host),
            str(line.document_id),
            cell(line.item or "-"),
            ACTIONS[line.action],
            cell(why(line)),
            moment(line.expires_at) if line.expires_at else "-",
            cell(line.url or "-"),
        )
    print_table(table, "No link was turned on or off yet.")


def why(line: Line) -> str:
    """Who it was, or what was found, in words."""
    if reason := REASONS.get(line.source):
        return f"{reason} (run {line.run_id})" if line.run_id else reason
    return by_whom(line.source, line.run_id, line.user_id)


def _values(line: Line) -> dict[str, Any]:
    values = asdict(line)
    del values["portal_id"], values["host"]
    return {"portal": line.host, **values}
