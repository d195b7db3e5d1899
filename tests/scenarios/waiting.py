"""Waiting for a condition with a deadline: scenarios never sleep for luck."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
PATIENCE = 60.0  # seconds, on a busy machine; nobody waits longer than it takes


def until(look: Callable[[], T], *, within: float = PATIENCE, what: str = "") -> T:
    """What `look` returns, once that is true; fails with `what` after `within` seconds."""
    ends_at = time.monotonic() + within
    while not (found := look()):
        if time.monotonic() > ends_at:
            raise AssertionError(f"not within {within} s: {what or look}; last seen: {found!r}")
        time.sleep(0.02)
    return found


def at_once(*commands: Callable[[], T]) -> list[T]:
    """Run commands side by side: each takes a second to load its libraries."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda command: command(), commands))
