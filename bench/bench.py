"""What a row has in hand."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bench.figures import Line
from bench.portal.site import Site

_number = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """One run of `python -m bench`."""

    site: Site
    folder: Path  # temporary
    repeats: int
    is_quick: bool  # smaller numbers, to see whether it works; no figures to keep
    say: Callable[[str], None]  # a line of progress

    def fresh(self, name: str) -> Path:
        """A folder that nothing has used."""
        return self.folder / f"{next(_number)}-{name}"

    def number(self, wanted: int, quick: int) -> int:
        """How many of something."""
        return quick if self.is_quick else wanted


Measure = Callable[[Bench], Awaitable[list[Line]]]
