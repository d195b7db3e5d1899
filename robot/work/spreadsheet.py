"""The register as lines of a spreadsheet: the command line and the page write the same file."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from robot.protocol.answers import one_line
from robot.store.register import Link

LONGEST_TEXT = 2_000  # characters
TOGETHER = 1_000  # links that are read at once for a file
COLUMNS = (
    *("portal", "member_id", "document_id", "title", "item", "state", "url"),
    *("asked_at", "expires_at", "overdue", "source", "run_id", "user_id", "ended_by", "ended_at"),
)
# What a spreadsheet would take for a formula, also where semicolons separate its cells and not
# commas, as in most of Europe; full-width signs too. OWASP, "CSV Injection".
_FORMULA = re.compile(r'(^|;[\s"]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])')


def row_of(link: Link, now: datetime) -> dict[str, Any]:
    """What machines are told of a link: COLUMNS, and more."""
    values = asdict(link)
    del values["id"], values["endpoint"]
    return {
        "portal": link.host,
        **values,
        "overdue": link.is_overdue(now),
        "ended_at": None if link.is_open else link.changed_at,
    }


def lines(
    columns: Sequence[str], rows: Iterable[Mapping[str, Any]], *, has_heading: bool = True
) -> Iterator[str]:
    """A heading, then a line for each row, as RFC 4180 has it; no cell is a formula."""
    written = io.StringIO()
    writer = csv.writer(written)
    if has_heading:
        writer.writerow(columns)
    for row in rows:
        yield written.getvalue()
        written.seek(0)
        written.truncate()
        writer.writerow([_cell(row[name]) for name in columns])
    yield written.getvalue()


def plain(value: object) -> str:
    """As machines read it; times as ISO 8601."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _cell(value: object) -> str:
    """One line; an apostrophe before what a spreadsheet would calculate."""
    text = "" if value is None else one_line(plain(value), LONGEST_TEXT)
    return _FORMULA.sub(r"\1'", text)
