"""Runs of our own about links that are public: their end has come, or nobody knows how they are.

Both take their turn at the document first, so that what they find is not overtaken.
"""

from robot.errors import RejectedError
from robot.flows import documents
from robot.flows.failures import explain
from robot.flows.flow import Chosen, Flow, Granted, LinkChange, Only, Result, Run, failed, succeeded
from robot.protocol.answers import Answer
from robot.protocol.calls import RENEW

DELETED, ELSEWHERE = "deleted", "elsewhere"  # how a link ended without us


def end_link(run: Run) -> Flow:
    """Turn a link off whose end has come, unless it was given a later one meanwhile.

    Input of the run: `document_id`.
    """
    document_id = int(run.inputs["document_id"])
    try:
        look = yield documents.look_before_change(document_id)
    except RejectedError as error:
        if _is_gone(error):
            return succeeded(f"Document {document_id} was deleted.", _ended(document_id, DELETED))
        look = None  # who may not read it may be allowed to turn its link off
    granted: Granted = yield Chosen((document_id,), public=False, only=Only.EXPIRED)
    if not granted.document_ids:
        return succeeded(f"The link of document {document_id} lives longer now.")
    document = documents.read_document(look) if look else None
    is_off = document and document.id == document_id and not document.is_public
    if is_off and run.chosen is None:  # else it was us, before a crash
        return succeeded(
            f"The link of document {document_id} was off already.", _ended(document_id, ELSEWHERE)
        )
    yield documents.disable_public_url(document_id)
    return succeeded(
        f"The link of document {document_id} was turned off at its end.",
        LinkChange(document_id=document_id, public=False),
    )


def look_at_links(run: Run) -> Flow:
    """See which of these documents are public.

    Input of the run: `document_ids`, 50 at most.
    """
    ids = tuple(int(document_id) for document_id in run.inputs["document_ids"])
    looks: list[Result] = yield tuple(map(documents.look_before_change, ids))
    found = [_found(document_id, look) for document_id, look in zip(ids, looks, strict=True)]
    changes = [change for change in found if change]
    if len(changes) < len(ids):
        pairs = zip(looks, found, strict=True)
        untold_why = (look for look, change in pairs if change is None)
        refused = next((look for look in untold_why if isinstance(look, RejectedError)), None)
        error = explain(refused) if refused else None
        code, text = (error.code, error.text) if error else ("unexpected_answer", "")
        untold = len(ids) - len(changes)
        return failed(code, f"Of {untold} documents Bitrix24 did not tell. {text}", *changes)
    return succeeded(f"{len(ids)} links were looked at.", *changes)


def renew_access(_run: Run) -> Flow:
    """Renew an access that would die of age before the last link ends."""
    yield RENEW
    return succeeded("The access was renewed.")


def _found(document_id: int, look: Result) -> LinkChange | None:
    if isinstance(look, RejectedError):
        return _ended(document_id, DELETED) if _is_gone(look) else None
    document = documents.read_document(look) if isinstance(look, Answer) else None
    if document is None or document.id != document_id:
        return None
    if not document.is_public:
        return _ended(document_id, ELSEWHERE)
    return LinkChange(
        document_id=document_id, public=True, url=document.url, title=document.title, seen=True
    )


def _ended(document_id: int, how: str) -> LinkChange:
    return LinkChange(document_id=document_id, public=False, seen=True, ended_by=how)


def _is_gone(error: RejectedError) -> bool:
    return explain(error).code == "document_not_found"
