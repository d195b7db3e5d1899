"""`python -m tests.soak [--minutes N] [--portals N] [--seed N]`, or `make soak`: does it last?"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from tests.programs import LINKROBOT, App, running_sandbox
from tests.soak.soak import KILLS_PER_MINUTE, Found, Soak
from tests.soak.table import Row, all_right, table

MINUTES, PORTALS = 10.0, 20
# What a process that keeps nothing may have more at the end than after the first minutes.
MORE_MEMORY_MB, MORE_DESCRIPTORS = 16.0, 5
# The stream without kills is at least this part of the time.
UNDISTURBED = 0.3
RESTS = 100.0  # seconds until all is at rest, twice


def main() -> int:
    """Run it, show what came out; status 1 where something is not as promised."""
    options = _options()
    console = Console(highlight=False)
    began = time.monotonic()

    def say(text: str) -> None:
        console.print(f"[dim]{time.monotonic() - began:4.0f} s  {text}")

    say(f"{options.minutes} minutes, {options.portals} portals, --seed {options.seed}")
    with (
        tempfile.TemporaryDirectory(prefix="linkrobot-soak-") as folder,
        running_sandbox(portals=options.portals) as sandbox,
    ):
        app = App(Path(folder) / "data", sandbox.oauth)
        app.executable = LINKROBOT
        try:
            soak = Soak(
                app.start(),
                sandbox,
                portals=options.portals,
                chance=random.Random(options.seed),  # noqa: S311 # no secret
                say=say,
            )
            soak.with_kills(round(options.minutes * KILLS_PER_MINUTE))
            seconds = options.minutes * 60
            left = seconds - (time.monotonic() - began) - RESTS
            soak.without_kills(max(left, seconds * UNDISTURBED))
            found = soak.end()
        finally:
            app.end()
    rows = _rows(found)
    console.print(table(rows))
    for text in found.wrong:
        console.print(text, markup=False)
    return int(not all_right(rows))


def _rows(found: Found) -> list[Row]:
    memory = found.after.memory_mb - found.before.memory_mb
    descriptors = found.after.descriptors - found.before.descriptors
    later = found.runs - found.accepted
    return [
        ("runs", str(found.runs), "", True),
        ("answered with 200", str(found.accepted), "", True),
        ("not answered: killed meanwhile, delivered again at the end", str(later), "", True),
        ("not answered without a kill", str(found.refused), "0", found.refused == 0),
        ("kills", str(found.kills), "", True),
        ("faults of portals and networks", str(found.troubles), "", True),
        ("workflows without their outcome", str(found.hung), "0", found.hung == 0),
        ("wrong, or told twice", str(len(found.wrong)), "0", not found.wrong),
        (
            "memory at rest, after the first minutes and at the end",
            f"{found.before.memory_mb:.1f} MB, {memory:+.1f} MB",
            f"at most {MORE_MEMORY_MB:+.0f} MB",
            memory <= MORE_MEMORY_MB,
        ),
        (
            "open files at rest",
            f"{found.before.descriptors}, {descriptors:+d}",
            f"at most {MORE_DESCRIPTORS:+d}",
            descriptors <= MORE_DESCRIPTORS,
        ),
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.soak",
        description="A stream of deals at many portals, with faults and kills: is all of it done?",
    )
    parser.add_argument("--minutes", type=float, default=MINUTES, help=f"{MINUTES:.0f}")
    parser.add_argument("--portals", type=int, default=PORTALS, help=f"{PORTALS}")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
