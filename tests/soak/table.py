"""What a soak shows at its end."""

from collections.abc import Sequence
from typing import TypeAlias

from rich.table import Table

# What was counted, the figure, what was promised, whether it is so.
Row: TypeAlias = tuple[str, str, str, bool]


def table(rows: Sequence[Row]) -> Table:
    """A verdict where something was promised."""
    shown = Table()
    for column in ("what", "figure", "promised", ""):
        shown.add_column(column)
    for what, figure, promised, is_right in rows:
        verdict = ("yes" if is_right else "[red]NO") if promised else ""
        shown.add_row(what, figure, promised, verdict)
    return shown


def all_right(rows: Sequence[Row]) -> bool:
    """Whether all is as promised."""
    return all(is_right for _, _, _, is_right in rows)
