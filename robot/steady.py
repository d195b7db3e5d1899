"""Work that must not be cut off in the middle, whatever happens to the task that waits for it."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Do the work; where the caller is cancelled meanwhile, that takes effect only afterwards."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await outlast(task)
        raise


async def outlast(task: asyncio.Future[Any]) -> None:
    """Wait until it is done, however often the caller is cancelled; its result is dropped."""
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            continue
    if not task.cancelled():
        task.exception()  # seen, so that nobody warns of it; the cancellation comes first
