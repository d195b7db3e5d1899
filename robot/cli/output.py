"""How commands print: tables for people, JSON for machines."""

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

AsJson = Annotated[bool, typer.Option("--json", help="For machines: a JSON list.")]
# Piped into a file or another program a table keeps its lines whole.
_PIPED_WIDTH = 10_000


def new_table(*columns: str) -> Table:
    """A table with these headings; the last column is never cut."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def print_table(table: Table, if_empty: str) -> None:
    """Print it, or a sentence where it has no rows."""
    width = None if sys.stdout.isatty() else _PIPED_WIDTH
    console = Console(width=width, highlight=False)
    console.print(table if table.row_count else if_empty)


def print_json(rows: Sequence[Any]) -> None:
    """A JSON list; times as ISO 8601."""
    sys.stdout.write(json.dumps(rows, default=_plain, ensure_ascii=False, indent=2) + "\n")


def moment(at: datetime) -> str:
    """A time as the operator's clock shows it."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
