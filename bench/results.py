"""The table: on the terminal as it comes, and in RESULTS.md, one section for each row."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.cores import machine
from bench.figures import Line

RESULTS = Path(__file__).parent / "RESULTS.md"
_HEAD = """# Results of the bench

Written by `make bench` (`python -m bench`); running one row anew replaces its section. How each \
figure comes about, and what it does not show: [README.md](README.md).
"""
_SECTION = re.compile(r"^## (?P<row>\S+)$", re.MULTILINE)


def table(lines: Sequence[Line]) -> Table:
    """For the terminal."""
    shown = Table(show_lines=True)
    for column in ("row", "measured", "figure", "reach", ""):
        shown.add_column(column)
    for line in lines:
        shown.add_row(line.row, line.what, line.figure, line.reach, _verdict(line))
    return shown


def show(console: Console, lines: Sequence[Line]) -> None:
    """Print it."""
    console.print(table(lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """How a row's figures were made."""

    command: str
    others_share: float  # of all cores, what something else used before; 0: nothing to speak of


def write(row: str, lines: Sequence[Line], made: Made, order: Sequence[str]) -> None:
    """Replace the row's section of RESULTS.md, or add it in the rows' order."""
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    sections = _sections(text) | {row: _section(row, lines, made)}
    named = [name for name in order if name in sections]
    RESULTS.write_text("\n".join([_HEAD, *(sections[name] for name in named)]), encoding="utf-8")


def _sections(text: str) -> dict[str, str]:
    starts = list(_SECTION.finditer(text))
    ends = [match.start() for match in starts[1:]] + [len(text)]
    return {
        match["row"]: text[match.start() : end].rstrip() + "\n"
        for match, end in zip(starts, ends, strict=False)
    }


def _section(row: str, lines: Sequence[Line], made: Made) -> str:
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    rows = "\n".join(
        f"| {line.what} | {line.figure} | {line.reach} | {_verdict(line)} | {line.how} |"
        for line in lines
    )
    noise = ""
    if made.others_share:
        noise = f" **Not quiet: something else used {made.others_share:.0%} of the machine.**"
    return (
        f"## {row}\n\n{now}, `{made.command}`, on {machine()}.{noise}\n\n"
        f"| measured | figure | reach | reached | how |\n|---|---|---|---|---|\n{rows}\n"
    )


def _verdict(line: Line) -> str:
    return {None: "", True: "yes", False: "**no**"}[line.reached]
