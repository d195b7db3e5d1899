"""How commands print: tables for people, JSON and CSV for machines."""

import io
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from robot.protocol.answers import one_line
from robot.work import spreadsheet
from robot.work.spreadsheet import LONGEST_TEXT

AsJson = Annotated[bool, typer.Option("--json", help="For machines: a JSON list.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="For spreadsheets: all columns, in UTF-8.")]
# Piped into a file or another program a table keeps its lines whole.
_PIPED_WIDTH = 10_000
_UNUSUAL = re.compile(r"[^\n -~]")
_BETWEEN = 2  # blanks between two columns
_READABLE = 12  # characters; a table whose columns were narrower is printed as lines instead


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
    """Print it, or a sentence where it has no rows; no link is ever broken over lines."""
    width = None if sys.stdout.isatty() else _PIPED_WIDTH
    console = Console(width=width, highlight=False)
    if not table.row_count:
        console.print(if_empty)
    elif _fit(console, table):
        console.print(table)
    else:
        _print_lines(console, table)


def print_json(rows: Iterable[Any]) -> None:
    """A JSON list; times as ISO 8601. Rows may come one by one: there may be millions."""
    before = "["
    for row in rows:
        text = json.dumps([row], default=spreadsheet.plain, ensure_ascii=False, indent=2)[1:-2]
        sys.stdout.write(before + _UNUSUAL.sub(_printable, text))
        before = ","
    sys.stdout.write("[]\n" if before == "[" else "\n]\n")


def print_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """A heading, then a line for each row, as RFC 4180 has it; no cell is a formula."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="")
    for line in spreadsheet.lines(columns, rows):
        sys.stdout.write(line)


def moment(at: datetime) -> str:
    """A time as the operator's clock shows it."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _fit(console: Console, table: Table) -> bool:
    """Give each column its width, so that no link in it is broken; False: there is no room."""
    room = console.width - _BETWEEN * (len(table.columns) - 1)
    needed = [_words(console, column) for column in table.columns]
    widths = [max(map(cell_len, texts)) for texts in needed]
    least = [
        max([min(width, _READABLE), *_link_lengths(texts)])
        for width, texts in zip(widths, needed, strict=True)
    ]
    if sum(least) > room:
        return False
    for _ in range(sum(widths) - room):
        widths[max(range(len(widths)), key=lambda n: (widths[n] > least[n], widths[n]))] -= 1
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    return True


def _words(console: Console, column: Column) -> list[str]:
    """The lines of its cells, and its heading, as they are shown."""
    texts = [one if isinstance(one, Text) else console.render_str(str(one)) for one in column.cells]
    lines = [line for text in texts for line in text.plain.splitlines()]
    return [console.render_str(str(column.header)).plain, *lines]


def _link_lengths(lines: Sequence[str]) -> list[int]:
    return [cell_len(word) for line in lines for word in line.split() if "://" in word]


def _print_lines(console: Console, table: Table) -> None:
    """A line for each cell; the terminal itself shows on a next one what is too long for it."""
    for number, row in enumerate(zip(*(column.cells for column in table.columns), strict=True)):
        if number:
            console.print()
        for column, value in zip(table.columns, row, strict=True):
            shown = value if isinstance(value, Text) else console.render_str(str(value))
            name = Text(f"{column.header}: ", style="bold")
            console.print(name + shown, soft_wrap=True)


def _printable(char: re.Match[str]) -> str:
    """The letters of all languages; what could command a terminal, as JSON escapes it."""
    return char[0] if char[0].isprintable() else json.dumps(char[0])[1:-1]
