"""`linkrobot demo`: the main job, told as a story, with a portal and the app on this machine."""

import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from robot.cli.demo.afterwards import keep_running
from robot.cli.demo.programs import StoryError, running_app, running_portal
from robot.cli.demo.story import tell
from robot.cli.demo.teller import Teller

Once = Annotated[bool, typer.Option("--once", help="End after the story; status 1: a step failed.")]


def demo(once: Once = False) -> None:
    """A deal moves, its link comes back, the e-mail uses it: all on this machine."""
    teller = Teller()
    try:
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="linkrobot-demo-"))
            started_at = time.monotonic()
            portal = stack.enter_context(running_portal())
            seconds = time.monotonic() - started_at
            # The first line: whoever opens it sees the rest there, too, as it happens.
            teller.say(
                f"{portal.url}/  shows all of this in your browser: the portal's deals, live."
            )
            teller.chapter("Two programs on this machine; nothing leaves it")
            teller.happened("A Bitrix24 portal starts (a sandbox)", seconds=seconds)
            with teller.step("Linkrobot starts beside it") as told:
                app = stack.enter_context(running_app(portal, Path(folder)))
                told(app.url)
            tell(teller, portal, app)
            if not once:
                keep_running(teller, portal, app)
    except StoryError as error:
        teller.failed(str(error))
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        sys.stdout.write("\nStopped.\n")
