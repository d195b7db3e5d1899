"""The app's accepting alone, with storing or without: `python -m bench.variants.accepting`.

Handlers, parsing, encrypting, recognising and the server are the product's. Nobody works on the
runs, so that only accepting is measured. With STORES=no a run is made and sealed like any other,
then dropped.
"""

import asyncio
import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from handlers.connections import Places
from handlers.events import events
from handlers.health import healthz
from handlers.install import install
from handlers.problems import ANSWERS
from handlers.robot import robot
from handlers.state import State
from robot.logs import configure_logs
from robot.protocol.forms import MAX_BYTES
from robot.settings import load_settings
from robot.work.accept import Accept, Delivery
from robot.work.admission import Admission
from robot.work.checks.looks import Looks
from robot.work.crew import Crew
from robot.work.opening import at_work, open_tools
from robot.work.readiness import Readiness


class Unstored(Accept):
    """Takes deliveries as Accept does, and forgets them."""

    async def put(self, delivery: Delivery) -> bool:
        """Make the run, its secrets encrypted."""
        delivery.run(1)
        return True


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncIterator[State]:
    """As the product's, without the crew at work."""
    settings = load_settings()
    configure_logs()
    with at_work(settings):
        async with open_tools(settings) as tools:
            crew = Crew(tools)
            make = Accept if os.environ.get("STORES") != "no" else Unstored
            accept = make(tools.database, crew)  # nobody is at work
            admission = Admission(tools, accept, crew.wake)
            async with asyncio.TaskGroup() as group:
                group.create_task(accept.run())
                gc.collect()
                gc.freeze()
                gc.set_threshold(10_000, 10, 10)
                yield State(
                    places=Places(),
                    tools=tools,
                    accept=accept,
                    admission=admission,
                    crew=crew,
                    readiness=Readiness(tools.database),
                    looks=Looks(),
                )
                accept.close()


def create_app() -> Starlette:
    """The routes that accept."""
    return Starlette(
        routes=[
            Route("/bitrix24/robot", robot, methods=["POST"]),
            Route("/bitrix24/install", install, methods=["POST"]),
            Route("/bitrix24/events", events, methods=["POST"]),
            Route("/readyz", healthz),
        ],
        lifespan=lifespan,
        exception_handlers=ANSWERS,
        max_body_size=MAX_BYTES,
    )


if __name__ == "__main__":
    found = load_settings()
    uvicorn.run(
        "bench.variants.accepting:create_app",
        factory=True,
        host=found.host,
        port=found.port,
        loop="uvloop",
        http="handlers.connections:Connection",
        access_log=False,
        log_config=None,
        server_header=False,
    )
