"""A name server that does not answer holds up only those who ask for its names."""

import asyncio
import threading

import pytest

from robot.portal.resolver import Resolver

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """Run the async tests on asyncio, as the app does."""
    return "asyncio"


async def test_a_dead_name_server_delays_no_other_host_and_is_asked_once() -> None:
    answers, asked = threading.Event(), list[str]()

    def look_up(host: str, _port: int) -> list[str]:
        asked.append(host)
        if host == "dead":
            answers.wait(30)
        return ["192.0.2.1"]

    resolve = Resolver(look_up)
    dead = [asyncio.create_task(resolve("dead", 443)) for _ in range(100)]
    await asyncio.sleep(0)

    assert await asyncio.wait_for(resolve("acme", 443), 60) == ["192.0.2.1"]
    answers.set()
    assert await asyncio.gather(*dead) == [["192.0.2.1"]] * 100
    assert sorted(asked) == ["acme", "dead"]


async def test_who_gives_up_waiting_takes_the_answer_from_nobody() -> None:
    answers = threading.Event()

    def look_up(_host: str, _port: int) -> list[str]:
        answers.wait(30)
        return ["192.0.2.1"]

    resolve = Resolver(look_up)
    first, second = (asyncio.create_task(resolve("acme", 443)) for _ in range(2))
    await asyncio.sleep(0)

    first.cancel()
    answers.set()

    assert await second == ["192.0.2.1"]


async def test_an_unknown_name_is_told_to_everybody_and_asked_anew() -> None:
    asked = list[str]()

    def look_up(host: str, _port: int) -> list[str]:
        asked.append(host)
        raise OSError("no such name")

    resolve = Resolver(look_up)
    for _ in range(2):
        found = await asyncio.gather(
            resolve("acme", 443), resolve("acme", 443), return_exceptions=True
        )
        assert [type(error) for error in found] == [OSError, OSError]

    assert asked == ["acme", "acme"]


async def test_this_machine_has_a_name() -> None:
    assert "127.0.0.1" in await Resolver()("localhost", 80)
