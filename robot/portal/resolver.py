"""Names to addresses, each host in a thread of its own.

The event loop's own resolver asks about two names at a time, for the whole process: one portal
whose name server is silent would hold up every other.
"""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Thread

AT_ONCE = 64  # names

LookUp = Callable[[str, int], list[str]]


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a name, the preferred one first; blocks.

    Raises:
        OSError, UnicodeError: there are none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class Resolver:
    """Whoever asks for a name that is being looked up gets the same answer."""

    def __init__(self, look_up: LookUp = look_up) -> None:
        self._look_up = look_up
        self._under_way: dict[tuple[str, int], asyncio.Task[list[str]]] = {}
        self._places = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, host: str, port: int) -> list[str]:
        """The addresses of a name, the preferred one first.

        Raises:
            OSError, UnicodeError: there are none.
        """
        key = host, port
        if key not in self._under_way:
            self._under_way[key] = asyncio.ensure_future(self._ask(host, port))
            self._under_way[key].add_done_callback(partial(self._answered, key))
        return await asyncio.shield(self._under_way[key])

    def _answered(self, key: tuple[str, int], task: asyncio.Task[list[str]]) -> None:
        del self._under_way[key]
        if not task.cancelled():
            task.exception()  # seen, also where nobody waits for it any more

    async def _ask(self, host: str, port: int) -> list[str]:
        async with self._places:
            loop = asyncio.get_running_loop()
            answer: asyncio.Future[list[str]] = loop.create_future()

            def work() -> None:
                try:
                    tell = partial(_set_result, answer, self._look_up(host, port))
                except Exception as error:
                    tell = partial(_set_error, answer, error)
                with suppress(RuntimeError):  # the loop is closed
                    loop.call_soon_threadsafe(tell)

            # A daemon: one that hangs does not hold up the end of the program.
            Thread(target=work, name="resolver", daemon=True).start()
            return await answer


def _set_result(answer: asyncio.Future[list[str]], found: list[str]) -> None:
    if not answer.done():
        answer.set_result(found)


def _set_error(answer: asyncio.Future[list[str]], error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
