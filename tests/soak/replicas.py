"""`python -m tests.soak.replicas [--runs N] [--portals N]`, or `make soak-replicas`.

Three replicas on one PostgreSQL, of which one after the other is killed: is all of it done?
"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from cryptography.fernet import Fernet
from rich.console import Console

from tests import postgres
from tests.kills.lives import NO_PACE
from tests.programs import running_sandbox
from tests.scenarios.listeners import listening
from tests.soak.crowd import CALM, Crowd, Found
from tests.soak.fleet import PAUSED, Balancer, Fate, Replica
from tests.soak.table import Row, all_right, table

REPLICAS, RUNS, PORTALS, BETWEEN_KILLS = 3, 1000, 30, 3.0
PARALLEL = 4  # PORTAL_PARALLEL, the default


def main() -> int:
    """Run it, show what came out; status 1 where something is not as promised."""
    options = _options()
    console = Console(highlight=False)
    began = time.monotonic()

    def say(text: str) -> None:
        console.print(f"[dim]{time.monotonic() - began:4.0f} s  {text}")

    say(f"{options.runs} runs, {options.portals} portals, --seed {options.seed}")
    chance = random.Random(options.seed)  # noqa: S311 # no secret
    balancer = Balancer()
    with (
        tempfile.TemporaryDirectory(prefix="linkrobot-soak-") as folder,
        postgres.running() as server,
        running_sandbox(portals=options.portals) as sandbox,
        listening(balancer),
    ):
        settings = {
            "SECRET_KEYS": Fernet.generate_key().decode(),
            "PUBLIC_URL": balancer.url,
            **NO_PACE,
        }
        database = server.create_empty()
        replicas = [
            Replica(Path(folder) / f"replica-{number}", sandbox.oauth, database, **settings)
            for number in range(REPLICAS)
        ]
        try:
            balancer.targets = [replica.start().url for replica in replicas]
            portals = [sandbox.portal() for _ in range(options.portals)]
            crowd = Crowd(replicas, portals, chance, say)
            crowd.calm(round(options.runs * CALM))
            say(f"{crowd.found.calm} runs without troubles; now with them")
            fate = Fate(
                replicas, server, chance, seconds_between_kills=options.seconds_between_kills
            )
            crowd.troubled(options.runs, fate, pauses=options.pauses, outages=options.outages)
            found = crowd.end(balancer)
        finally:
            for replica in replicas:
                replica.end()
            _keep_logs(replicas, options.logs)
    rows = _rows(found, fate, balancer)
    console.print(table(rows))
    for text in found.wrong:
        console.print(text, markup=False)
    return int(not all_right(rows))


def _rows(found: Found, fate: Fate, balancer: Balancer) -> list[Row]:
    later = found.runs - found.accepted
    return [
        ("runs while nothing went wrong", str(found.calm), "", True),
        ("of these not answered with 200", str(found.calm_refused), "0", not found.calm_refused),
        (
            "requests in flight at a portal meanwhile",
            str(found.in_flight),
            f"at most {PARALLEL}",
            found.in_flight <= PARALLEL,
        ),
        ("runs, all", str(found.runs), "", True),
        ("seconds of the stream with troubles", f"{found.seconds:.0f}", "", True),
        ("kills", str(fate.kills), "", True),
        (f"pauses of {PAUSED:.0f} s", str(fate.pauses), "", True),
        ("ends of PostgreSQL", str(fate.outages), "", True),
        ("replicas that ended by themselves and were started again", str(fate.ended), "", True),
        ("refused connections: the next replica was asked", str(balancer.passed_over), "", True),
        ("calls that broke off", str(balancer.broken), "", True),
        ("calls that no replica took in time", str(balancer.nobody), "", True),
        (
            "requests in flight at a portal, over all of the time",
            str(found.in_flight_later),
            "",
            True,
        ),
        ("answered with 200", str(found.accepted), "", True),
        ("not answered with 200, delivered again at the end", str(later), "", True),
        (
            "answered, and without their outcome",
            str(found.accepted_hung),
            "0",
            found.accepted_hung == 0,
        ),
        ("workflows without their outcome at the end", str(found.hung), "0", found.hung == 0),
        ("wrong, or told twice", str(len(found.wrong)), "0", not found.wrong),
    ]


def _keep_logs(replicas: list[Replica], folder: Path | None) -> None:
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for number, replica in enumerate(replicas):
        (folder / f"replica-{number}.log").write_text(replica.log, encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak.replicas", description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help=f"{RUNS}")
    parser.add_argument("--portals", type=int, default=PORTALS, help=f"{PORTALS}")
    parser.add_argument(
        "--seconds-between-kills", type=float, default=BETWEEN_KILLS, help=f"{BETWEEN_KILLS}"
    )
    parser.add_argument("--pauses", type=int, default=1, help="1")
    parser.add_argument("--outages", type=int, default=1, help="1")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--logs", type=Path, help="a folder where the replicas' logs are kept")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
