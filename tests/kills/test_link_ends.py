"""SIGKILL at every point of a link's end: it ends all the same, once, and nothing else does."""

import sqlite3
from contextlib import closing

from tests.kills.lives import MortalApp
from tests.scenarios.sandbox_portal import ENABLING, SandboxPortal
from tests.scenarios.stages import enable
from tests.scenarios.waiting import until

COME = (
    "UPDATE links SET expires_at = '2026-01-01 00:00:00', due_at = '2026-01-01 00:00:00' "
    "WHERE document_id = ? AND portal_id = (SELECT id FROM portals WHERE member_id = ?)"
)
OF_PORTAL = (
    "SELECT document_id, state, ended_by FROM links JOIN portals ON portals.id = portal_id "
    "WHERE member_id = ?"
)
LOOKING = "crm.documentgenerator.document.get"
COMMITS = 9  # of the start, of queueing the end, and of the run that does it
# After each of them: what comes next has not begun.
POINTS = [
    (1, "before a commit"),
    *((1, f"after {what}") for what in (LOOKING, ENABLING)),
    *((number, "after a commit") for number in range(1, COMMITS)),
]


def public_document(app: MortalApp, portal: SandboxPortal) -> int:
    """A document whose link was turned on for two weeks."""
    deal = portal.item()
    document = portal.document(deal)
    outputs = portal.outputs(portal.move(deal, stage="ENDS"))
    assert outputs["succeeded"] == "Y", outputs
    until(app.is_idle, what="the run is done")
    return document


def let_its_end_come(app: MortalApp, portal: SandboxPortal, document: int) -> None:
    """While no app runs."""
    with closing(sqlite3.connect(app.folder / "linkrobot.sqlite")) as database, database:
        database.execute(COME, (document, portal.member_id))


def test_a_link_ends_although_the_app_is_killed_at_every_point_of_it(
    app: MortalApp, portal: SandboxPortal
) -> None:
    portal.stage(enable(valid_days="14"), name="ENDS")
    stays = public_document(app, portal)

    def is_off(document: int) -> bool:
        return portal.public_url(document) is None

    ended = []
    for number, point in POINTS:
        document = public_document(app, portal)
        app.stop()
        let_its_end_come(app, portal, document)
        app.live(0, number, point)
        app.dies_before(lambda document=document: is_off(document))  # type: ignore[misc]
        ended.append(document)
        app.live()
    until(lambda: all(map(is_off, ended)), what="every link has ended")
    until(app.is_idle, what="all is done")

    assert portal.public_url(stays)
    rows = app.rows(OF_PORTAL, portal.member_id)
    assert {row[0]: row[1:] for row in rows} == {
        stays: ("public", None),
        **{document: ("off", "expired") for document in ended},
    }
    assert {f"after {what}" for what in (LOOKING, ENABLING)} <= set(app.killed_at())
