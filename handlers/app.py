"""The web application: routes, and a lifespan that opens everything once."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from handlers.connections import Places
from handlers.events import events
from handlers.files import STATIC, Packed
from handlers.health import healthz, readyz
from handlers.install import install
from handlers.metrics import metrics
from handlers.page.routes import ROUTES as PAGE
from handlers.problems import ANSWERS, Ended
from handlers.robot import robot
from handlers.state import State
from robot.logs import configure_logs, get_logger
from robot.protocol.forms import MAX_BYTES
from robot.settings import load_settings
from robot.work import kept
from robot.work.accept import Accept
from robot.work.admission import Admission
from robot.work.checks.looks import Looks
from robot.work.crew import Crew
from robot.work.front import Front, Workers
from robot.work.opening import at_work, open_tools
from robot.work.readiness import Readiness
from robot.work.registering import EVENTS_PATH, ROBOT_PATH, queue_differing
from robot.work.tools import Tools

# Full collections stop the loop for 30 to 130 ms (measurements.md 1.2).
_GC_THRESHOLD = (10_000, 10, 10)

# Renewing needs them about an hour after the installation.
NO_KEYS = "set LINKROBOT_CLIENT_ID and LINKROBOT_CLIENT_SECRET (README, step 3)"

log = get_logger()


@asynccontextmanager
async def lifespan(_app: Starlette, *, works: bool = True) -> AsyncIterator[State]:
    """Open, work, and at the end give back what is under way."""
    settings = load_settings()
    settings.required_public_url()
    configure_logs()
    with at_work(settings):
        async with open_tools(settings) as tools:
            crew = _workers(tools, works=works)
            accept = Accept(tools.database, crew)
            admission = Admission(tools, accept, crew.wake)
            if works:
                await queue_differing(tools.database, settings)
            async with working(accept, crew, partial(kept.verify_kept, tools, admission)):
                gc.collect()
                gc.freeze()
                gc.set_threshold(*_GC_THRESHOLD)
                log.info("app.started", public_url=settings.public_url)
                if not settings.credentials:
                    log.warning("settings.incomplete", remedy=NO_KEYS)
                yield State(
                    places=Places(),
                    tools=tools,
                    accept=accept,
                    admission=admission,
                    crew=crew,
                    readiness=Readiness(tools.database),
                    looks=Looks(),
                )
    log.info("app.stopped")


def _workers(tools: Tools, *, works: bool) -> Workers:
    return Crew(tools) if works else Front(tools)


@asynccontextmanager
async def working(
    accept: Accept, crew: Workers, verify_kept: Callable[[], Awaitable[object]]
) -> AsyncIterator[None]:
    """Have the work done meanwhile; at the end what is under way is written down.

    An app whose work has died must not go on answering: it ends at once, to be started again.
    What it has answered is on disk.
    """
    try:
        async with asyncio.TaskGroup() as group:
            storing = group.create_task(accept.run())
            draining = group.create_task(crew.run(verify_kept))
            yield
            accept.close()
            await storing
            await crew.stop()
            draining.cancel()
    except* Exception:
        log.exception("app.failed")
        os._exit(1)


BITRIX24 = (
    Route(ROBOT_PATH, robot, methods=["POST"]),
    Route("/bitrix24/install", install, methods=["POST"]),
    Route(EVENTS_PATH, events, methods=["POST"]),
    *PAGE,
    Mount("/static", Packed(StaticFiles(directory=STATIC))),
)
OPERATORS = (Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics))


def create_app() -> Starlette:
    """The application; uvicorn starts it by its name, `handlers.app:create_app`."""
    return _made(*BITRIX24, *OPERATORS, works=True)


def create_front() -> Starlette:
    """The same without the work, which other replicas do: `linkrobot serve --no-work`."""
    return _made(*BITRIX24, *OPERATORS, works=False)


def create_worker() -> Starlette:
    """The work alone, and how it is: `linkrobot work`."""
    return _made(*OPERATORS, works=True)


def _made(*routes: BaseRoute, works: bool) -> Starlette:
    app = Starlette(
        routes=routes,
        lifespan=partial(lifespan, works=works),
        middleware=[Middleware(Ended)],
        exception_handlers=ANSWERS,
        max_body_size=MAX_BYTES,
    )
    # It would answer with the host that the request names.
    app.router.redirect_slashes = False
    return app
