"""How commands print: tables for people, JSON for machines."""

import json
import re
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from robot.protocol.answers import one_line

AsJson = Annotated[bool, typer.Option("--json", help="For machines: a JSON list.")]
# Piped into a file or another program a table keeps its lines whole.
_PIPED_WIDTH = 10_000
LONGEST_TEXT = 2_000  # characters
_UNUSUAL = re.compile(r"[^\n -~]")


def new_table(*columns: str) -> Table:
    """A table with these headings; the last column is never cut."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def cell(text: str) -> Text:
    """What others wrote, shown as it is: no markup, no second line, nothing that moves a cursor."""
    return Text(one_line(text, LONGEST_TEXT))


def print_table(table: Table, if_empty: str) -> None:
    """Print it, or a sentence where it has no rows."""
    width = None if sys.stdout.isatty() else _PIPED_WIDTH
    console = Console(width=width, highlight=False)
    console.print(table if table.row_count else if_empty)


def print_json(rows: Sequence[Any]) -> None:
    """A JSON list; times as ISO 8601."""
    text = json.dumps(rows, default=_plain, ensure_ascii=False, indent=2)
    sys.stdout.write(_UNUSUAL.sub(_printable, text) + "\n")


def moment(at: datetime) -> str:
    """A time as the operator's clock shows it."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _printable(char: re.Match[str]) -> str:
    """The letters of all languages; what could command a terminal, as JSON escapes it."""
    return char[0] if char[0].isprintable() else json.dumps(char[0])[1:-1]


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
