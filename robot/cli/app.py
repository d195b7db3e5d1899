"""All commands in one place: `linkrobot --help` is this file."""

import logging
import sys

import typer

from robot.cli import by_hand, demo, registered, running, shown
from robot.errors import RobotError
from robot.logs import configure_logs

app = typer.Typer(
    help="An automation rule for Bitrix24 that turns on a document's public link.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("serve")(running.serve)
app.command("demo")(demo.demo)
app.command("sandbox", context_settings=running.PASS_ON)(running.sandbox)
app.command("portals")(shown.portals)
app.command("runs")(shown.runs)
app.command("links")(shown.links)

robots = typer.Typer(help="The robots as they are registered in Bitrix24.", no_args_is_help=True)
robots.command("sync")(registered.sync)
app.add_typer(robots, name="robots")

link = typer.Typer(help="Turn public links on or off by hand.", no_args_is_help=True)
link.command("enable")(by_hand.enable)
link.command("disable")(by_hand.disable)
app.add_typer(link, name="link")


def main() -> None:
    """Run a command; what the operator must mend is one sentence and status 2."""
    configure_logs(level=logging.WARNING)  # to stderr: stdout is for what was asked
    try:
        app()
    except RobotError as error:
        _refuse(str(error))
    except OSError as error:
        _refuse(
            f"{error.filename or 'a file'}: {error.strerror or error}. Run this as the user that "
            "runs Linkrobot (docs/operating.md), or set LINKROBOT_DATA_DIR to another folder."
        )


def _refuse(sentence: str) -> None:
    sys.stderr.write(f"linkrobot: {sentence}\n")
    sys.exit(2)
