"""All commands in one place: `linkrobot --help` is this file."""

import errno
import logging
import sys

import typer
from sqlalchemy.exc import SQLAlchemyError

from robot.cli import (
    again,
    audited,
    backing_up,
    by_hand,
    demo,
    doctor,
    exported,
    forgetting,
    in_bulk,
    keyed,
    links,
    migrating,
    registered,
    running,
    shown,
)
from robot.errors import RobotError
from robot.logs import configure_logs
from robot.store.trouble import START_AGAIN, explain

NOT_ALLOWED = (
    "Run this as the user that runs Linkrobot (docs/operating.md), or set LINKROBOT_DATA_DIR to "
    "another folder."
)
REMEDIES = {
    errno.ENOSPC: "Free some space on the disk, then start again.",
    errno.EDQUOT: "Free some space on the disk, then start again.",
    errno.EROFS: "Mount the file system of the data folder for writing, then start again.",
    errno.EMFILE: "Raise the limit of open files (ulimit -n, LimitNOFILE), then start again.",
    errno.ENFILE: "The system has too many files open: end what holds them, then start again.",
}

app = typer.Typer(
    help="An automation rule for Bitrix24 that turns on a document's public link.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("serve")(running.serve)
app.command("work")(running.work)
app.command("demo")(demo.demo)
app.command("sandbox", context_settings=running.PASS_ON)(running.sandbox)
app.command("migrate")(migrating.migrate)
app.command("backup")(backing_up.backup)

portals = typer.Typer()
portals.callback(invoke_without_command=True)(shown.portals)
portals.command("forget")(forgetting.forget)
app.add_typer(portals, name="portals")

runs = typer.Typer()
runs.callback(invoke_without_command=True)(shown.runs)
runs.command("retry")(again.retry)
runs.command("export")(exported.export)
app.add_typer(runs, name="runs")

links_group = typer.Typer()
links_group.callback(invoke_without_command=True)(links.links)
links_group.command("check")(in_bulk.check)
links_group.command("disable")(in_bulk.disable)
links_group.command("audit")(audited.audit)
app.add_typer(links_group, name="links")
app.command("doctor")(doctor.doctor)

robots = typer.Typer(help="The robots as they are registered in Bitrix24.", no_args_is_help=True)
robots.command("sync")(registered.sync)
app.add_typer(robots, name="robots")

link = typer.Typer(help="Turn public links on or off by hand.", no_args_is_help=True)
link.command("enable")(by_hand.enable)
link.command("disable")(by_hand.disable)
app.add_typer(link, name="link")

keys = typer.Typer(help="The keys that encrypt the portals' tokens.", no_args_is_help=True)
keys.command("new")(keyed.new)
keys.command("rotate")(keyed.rotate)
app.add_typer(keys, name="keys")


def main() -> None:
    """Run a command; what the operator must mend is one sentence and status 2."""
    configure_logs(level=logging.WARNING)  # to stderr: stdout is for what was asked
    try:
        app()
    except RobotError as error:
        _refuse(str(error))
    except SQLAlchemyError as error:
        _refuse(f"The database fails: {explain(error, then=START_AGAIN)}")
    except OSError as error:
        remedy = REMEDIES.get(error.errno or 0, NOT_ALLOWED)
        _refuse(f"{error.filename or 'a file'}: {error.strerror or error}. {remedy}")


def _refuse(sentence: str) -> None:
    sys.stderr.write(f"linkrobot: {sentence}\n")
    sys.exit(2)
