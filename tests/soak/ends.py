"""`python -m tests.soak.ends [--links 5000]`: so many links end in the same minute at one portal.

At the documented pace, with the app killed in the middle. Status 1 where one is forgotten.
"""

import argparse
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from tests.programs import LINKROBOT, App, running_sandbox
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.waiting import until

LINK = (
    "INSERT INTO links (portal_id, document_id, run_id, state, asked_at, changed_at, source, "
    "sent_at, expires_at, due_at) SELECT id, ?, 1000000, 'public', :now, :now, 'robot', :now, "
    ":now, :now FROM portals"
)
NOW = "2026-01-01 00:00:00"


def main() -> int:
    """Tell what came of it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--links", type=int, default=5_000)
    number = options.parse_args().links
    with running_sandbox() as sandbox, tempfile.TemporaryDirectory() as folder:
        app, portal = App(Path(folder) / "data", sandbox.oauth), sandbox.portal()
        app.executable = LINKROBOT
        try:
            return _measure(app.start(), portal, number)
        finally:
            app.end()


def _measure(app: App, portal: SandboxPortal, number: int) -> int:
    app.install_at(portal)
    deal = portal.item()
    documents = [portal.document(deal, public=True) for _ in range(number)]
    stays = portal.document(deal, public=True)
    app.stop()
    with closing(sqlite3.connect(app.folder / "linkrobot.sqlite")) as database, database:
        query = LINK.replace("?", ":document").replace(":now", f"'{NOW}'")
        database.executemany(query, [{"document": document} for document in documents])
    before, began = len(portal.journal("rest.request")), time.monotonic()
    app.start()
    until(lambda: _public(portal) <= number // 2, within=300, what="half of them ended")
    app.kill()
    app.start()
    until(lambda: _public(portal) == 1, within=300, what="all ended")
    seconds = time.monotonic() - began
    until(lambda: app.rows("SELECT count(*) FROM runs WHERE finished_at IS NULL") == [(0,)])
    events = portal.journal("rest.request")[before:]
    refused = sum("QUERY_LIMIT_EXCEEDED" in str(event.get("errors")) for event in events)
    ended = app.rows("SELECT ended_by, count(*) FROM links GROUP BY ended_by")
    sys.stdout.write(
        f"{number} links ended in {seconds:.0f} s with {len(events)} requests, one kill -9 in the "
        f"middle; {refused} refused for their pace; in the register: {dict(ended)}\n"
    )
    return 0 if portal.public_url(stays) and dict(ended) == {"expired": number} else 1


def _public(portal: SandboxPortal) -> int:
    time.sleep(0.5)  # the portal is busy enough
    return sum(bool(row["public_url"]) for row in portal.get("state")["documents"])


if __name__ == "__main__":
    sys.exit(main())
