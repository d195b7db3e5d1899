"""ONCRMDOCUMENTGENERATORDOCUMENTDELETE: a portal says that a document was deleted.

Nothing is believed of it: the document is looked at, which ends its link in the register where it
is gone. So whoever knows the application token can cause one request at a time, and no more.
"""

from sqlalchemy.engine import Connection

from robot.errors import ForgedError
from robot.flows.catalogue import LOOK
from robot.logs import get_logger
from robot.protocol.auth import Auth
from robot.store import backlog, deletions, portals, runs
from robot.store.portals import recognised
from robot.store.runs import Source
from robot.work import newrun
from robot.work.removing import NOT_A_PORTAL
from robot.work.tools import Tools

log = get_logger()


async def document_deleted(tools: Tools, auth: Auth, document_id: int) -> int | None:
    """Queue a look where the register has an open link of the document; the portal, then.

    Raises:
        ForgedError: the message does not carry an installed portal's application token.
    """
    portal_id = await tools.database.write(lambda conn: _queue(conn, tools, auth, document_id))
    if portal_id:
        log.info("document.deleted", portal=portal_id, document_id=document_id)
    return portal_id


def _queue(conn: Connection, tools: Tools, auth: Auth, document_id: int) -> int | None:
    known = portals.recognise(conn, [auth.member_id])
    found = recognised(known.get(auth.member_id, []), auth.application_token)
    portal = portals.find(conn, found.portal_id) if found else None
    if portal is None:
        raise ForgedError(NOT_A_PORTAL)
    if not deletions.has_open_link(conn, portal.id, document_id):
        return None
    backlog.take_turn(conn, portal.id)
    if deletions.is_looked_at(conn, portal.id, document_id, code=LOOK):
        return None
    run = newrun.of_our_own(
        LOOK,
        portal.id,
        source=Source.TIME,
        user_id=portal.user_id,
        inputs={"document_ids": [document_id]},
        give_up_after=tools.settings.give_up_after,
    )
    runs.record_one(conn, run)
    return portal.id
