"""Runs of our own about links that are public: their end has come, or nobody knows how they are, or
a person wants many of them off.

The looks take their turn at the document first, so that what they find is not overtaken. What was
done to many links is told in numbers, by the names of `Came`.
"""

from collections import Counter
from collections.abc import Collection, Generator
from dataclasses import replace
from enum import StrEnum
from typing import Any

from robot.errors import FlowError, RejectedError
from robot.flows import documents, inputs
from robot.flows.failures import explain
from robot.flows.flow import (
    Chosen,
    Flow,
    Granted,
    LinkChange,
    Only,
    Result,
    Run,
    Step,
    failed,
    succeeded,
)
from robot.flows.publish import publish
from robot.protocol.answers import Answer
from robot.protocol.calls import RENEW

DELETED, ELSEWHERE = "deleted", "elsewhere"  # how a link ended without us


class Came(StrEnum):
    """What came of links: outputs of a run about many, each a number of them."""

    PUBLIC = "public"  # found so
    OFF = "off"  # turned off by this run
    ELSEWHERE = "elsewhere"  # was off already
    DELETED = "deleted"  # its document
    LATER = "later"  # somebody turned it on again meanwhile: left as it is
    LEFT = "left"  # refused, or not told


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
    numbers = _numbers(changes, left=len(ids) - len(changes))
    if len(changes) < len(ids):
        pairs = zip(looks, found, strict=True)
        untold_why = (look for look, change in pairs if change is None)
        refused = next((look for look in untold_why if isinstance(look, RejectedError)), None)
        error = explain(refused) if refused else None
        code, text = (error.code, error.text) if error else ("unexpected_answer", "")
        untold = len(ids) - len(changes)
        return failed(
            code, f"Of {untold} documents Bitrix24 did not tell. {text}", *changes, **numbers
        )
    return succeeded(f"{len(ids)} links were looked at.", *changes, **numbers)


def extend_links(run: Run) -> Flow:
    """Give these documents' links a new end, or none, but those that somebody turned off.

    What is off in Bitrix24 stays off: nobody who sets an end means to publish it again. Inputs of
    the run: as of the robot that turns links on, with `document_id`.
    """
    ids = inputs.document_ids(run.inputs)
    ended = yield from _ended_before(ids)
    public = [str(document_id) for document_id in ids if document_id not in ended]
    numbers = _numbers(ended.values(), left=0)
    if not public:
        return succeeded("None of these links is on any more.", *ended.values(), **numbers)
    chosen = run.chosen and tuple(one for one in run.chosen if one not in ended)
    still_on = replace(
        run, inputs={**run.inputs, "document_id": ",".join(public)}, chosen=chosen or None
    )
    try:
        found = yield from publish(still_on, only=Only.NOT_ENDED_SINCE)
    except FlowError as error:
        return failed(error.code, error.text, *ended.values(), **numbers)
    links, outputs = (*found.links, *ended.values()), {**found.outputs, **numbers}
    return replace(found, links=links, outputs=outputs)


def turn_off_links(run: Run) -> Flow:
    """Turn these documents' links off, but those that somebody turned on after this was asked for.

    Of what is refused it is seen whether there still is a document. Input of the run:
    `document_ids`, 50 at most.
    """
    ids = tuple(int(document_id) for document_id in run.inputs["document_ids"])
    granted: Granted = yield Chosen(ids, public=False, only=Only.NOT_ON_SINCE)
    wanted = granted.document_ids
    results: list[Result] = []
    if wanted:
        results = yield tuple(map(documents.disable_public_url, wanted))
    refused = {
        document_id: result
        for document_id, result in zip(wanted, results, strict=True)
        if isinstance(result, RejectedError)
    }
    ended = yield from _ended_before(refused)
    off = [LinkChange(document_id=one, public=False) for one in wanted if one not in refused]
    left = [document_id for document_id in refused if document_id not in ended]
    changes = [*off, *ended.values()]
    numbers = _numbers(changes, left=len(left), later=len(ids) - len(wanted))
    if left:
        error = explain(refused[left[0]])
        text = f"Still public: document {', '.join(map(str, left))}. {error.text}"
        return failed(error.code, text, *changes, **numbers)
    return succeeded(f"{len(changes)} links are off.", *changes, **numbers)


def _ended_before(ids: Collection[int]) -> Generator[Step, Any, dict[int, LinkChange]]:
    """Of these documents those that are deleted, or not public any more."""
    if not ids:
        return {}
    looks: list[Result] = yield tuple(map(documents.look_before_change, ids))
    found = {one: _found(one, look) for one, look in zip(ids, looks, strict=True)}
    return {one: change for one, change in found.items() if change and not change.public}


def _numbers(changes: Collection[LinkChange], *, left: int, later: int = 0) -> dict[str, str]:
    """What came of the links, as outputs."""
    numbers = Counter(
        Came.PUBLIC if one.public else Came(one.ended_by or Came.OFF) for one in changes
    )
    numbers |= Counter({Came.LEFT: left, Came.LATER: later})
    return {what: str(number) for what, number in numbers.items() if number}


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
