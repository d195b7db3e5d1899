"""Tells the story: each step as it happens, with how long it took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

Tell = Callable[[str], None]


class Teller:
    """Prints steps and chapters."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)

    @contextmanager
    def step(self, title: str) -> Iterator[Tell]:
        """One step: its title at once, then its time and what came of it."""
        started_at = time.monotonic()
        details: list[str] = []
        with self._console.status(escape(title)):
            yield details.append
        self.happened(title, seconds=time.monotonic() - started_at)
        for detail in details:
            self._detail(detail)

    def happened(self, title: str, *, seconds: float | None = None, detail: str = "") -> None:
        """A step that is over; `seconds` is how long it took."""
        took = f"{seconds * 1000:6.0f} ms" if seconds is not None else " " * 9
        self._console.print(f"  [green]✓[/green] {took}  {escape(title)}")
        if detail:
            self._detail(detail)

    def chapter(self, title: str) -> None:
        """What comes next."""
        self._console.print(f"\n[bold]{escape(title)}[/bold]")

    def say(self, text: str) -> None:
        """A line of text."""
        self._console.print(escape(text), soft_wrap=True)

    def failed(self, reason: str) -> None:
        """The story ends here."""
        self._console.print(
            f"  [red]✗[/red] [bold red]The demo failed:[/bold red] {escape(reason)}"
        )

    def _detail(self, text: str) -> None:
        """Below its step; a link stays in one piece."""
        self._console.print(f"               [dim]{escape(text)}[/dim]", soft_wrap=True)
