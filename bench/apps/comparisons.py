"""The comparisons: what a user would run instead. Made and started as their users would."""

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from bench.apps import process
from bench.apps.linkrobot import free_port
from bench.apps.process import Process
from bench.portal.portal import NO_LIMITS
from bench.portal.site import CLIENT_ID, CLIENT_SECRET, Site
from bench.sending import loads
from bench.sending.client import Sender
from bench.sending.loads import Robot

_SOURCES = Path(__file__).parent.parent / "comparisons"
ENVIRONMENTS = Path(sys.prefix)  # .venv, which git ignores


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One way to answer the robot, after the official tutorials."""

    name: str
    folder: Path  # its own environment
    requirements: Path
    prepare: Callable[[Path, Path], None]  # folder, requirements
    command: Callable[[Path, int], list[str]]  # folder, port

    def make(self) -> None:
        """Install it, unless it is there with these very requirements."""
        mark = self.folder / "made"
        wanted = sha256(self.requirements.read_bytes()).hexdigest()
        if not mark.exists() or mark.read_text() != wanted:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            self.prepare(self.folder, self.requirements)
            mark.write_text(wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """A comparison that runs."""

    comparison: Comparison
    process: Process
    robot: Robot


@asynccontextmanager
async def running(
    comparison: Comparison, site: Site, folder: Path, *, has_limits: bool
) -> AsyncIterator[Other]:
    """Have it run meanwhile. It may use all cores."""
    sender = Sender("127.0.0.1", free_port())
    port = int(sender.url.rpartition(":")[2])
    started = await process.start(
        comparison.command(comparison.folder, port),
        folder=folder,
        environment=_environment(comparison, site, folder, port, has_limits=has_limits),
        cores=None,
    )
    try:
        await process.answers(sender, "/ready", started)
        robot = Robot(site=site, sender=sender, path="/robot")
        await _check(robot, site, started)
        yield Other(comparison=comparison, process=started, robot=robot)
    finally:
        sender.close()
        await started.stop()


async def _check(robot: Robot, site: Site, started: Process) -> None:
    """It must do its work before it is measured: links right, one deal after the other."""
    site.portal.begin(NO_LIMITS)
    for _ in range(3):
        (run,) = await loads.burst(robot, site.portal, 1)
        if run.status != 200 or not site.portal.is_right(run):
            raise RuntimeError(f"it does not work: {run}\n{started.log.read_text()[-2000:]}")


def _environment(
    comparison: Comparison, site: Site, folder: Path, port: int, *, has_limits: bool
) -> Mapping[str, str]:
    """Its settings; the portal's certificate in the way that each library reads one."""
    pem = str(site.certificate)
    limits = {} if has_limits else {"NO_LIMITS": "1"}
    return limits | {
        "PATH": f"{comparison.folder}/bin:{os.environ['PATH']}",
        "HOME": str(folder),
        "PYTHONPATH": str(_SOURCES),
        "PYTHONDONTWRITEBYTECODE": "1",
        "REQUESTS_CA_BUNDLE": pem,  # requests, below b24pysdk
        "SSL_CERT_FILE": pem,  # aiohttp, below fast_bitrix24
        "NODE_EXTRA_CA_CERTS": pem,  # axios, below b24jssdk
        "NODE_ENV": "production",
        "PORT": str(port),
        "CLIENT_ID": CLIENT_ID,
        "CLIENT_SECRET": CLIENT_SECRET,
    }


def _prepare_python(folder: Path, requirements: Path) -> None:
    _run([sys.executable, "-m", "venv", str(folder)])
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    _run([*pip, "--disable-pip-version-check", "-r", str(requirements)])


def _prepare_node(folder: Path, requirements: Path) -> None:
    shutil.copy(requirements, folder)
    _run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder)])


def _node(folder: Path, _port: int) -> list[str]:
    """Node looks for modules beside the file, so the file goes there."""
    return ["node", str(shutil.copy(str(_SOURCES / "express_b24jssdk.mjs"), folder))]


def _run(command: list[str]) -> None:
    """Without PYTHONPATH: pip would take this project for an installed one."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run(command, check=True, env=environment)  # noqa: S603 # our own command


NODE = Comparison(
    name="Express + b24jssdk (node)",
    folder=ENVIRONMENTS / "bench-node",
    requirements=_SOURCES / "package.json",
    prepare=_prepare_node,
    command=_node,
)
COMPARISONS = (
    Comparison(
        name="Flask + b24pysdk (gunicorn 2 x 16)",
        folder=ENVIRONMENTS / "bench-flask",
        requirements=_SOURCES / "requirements-flask.txt",
        prepare=_prepare_python,
        command=lambda folder, port: [
            *(str(folder / "bin" / "gunicorn"), "--workers", "2", "--threads", "16"),
            *("--timeout", "300", "--bind", f"127.0.0.1:{port}", "flask_b24pysdk:app"),
        ],
    ),
    Comparison(
        name="FastAPI + fast_bitrix24 (uvicorn)",
        folder=ENVIRONMENTS / "bench-fastapi",
        requirements=_SOURCES / "requirements-fastapi.txt",
        prepare=_prepare_python,
        command=lambda folder, port: [
            *(str(folder / "bin" / "uvicorn"), "--host", "127.0.0.1", "--port", str(port)),
            *("--no-access-log", "fastapi_fast_bitrix24:app"),
        ],
    ),
    NODE,
)
