"""`linkrobot_disable`: turn public links off, of named documents or of those of the item."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any

from robot.errors import RejectedError
from robot.flows import documents, inputs
from robot.flows.failures import explain
from robot.flows.flow import (
    Chosen,
    Flow,
    LinkChange,
    Outcome,
    Result,
    Run,
    Step,
    failed,
    succeeded,
)
from robot.flows.publish import item_of
from robot.protocol.answers import Answer


def withdraw(run: Run) -> Flow:
    """Disable the public links of the named documents, else of the item's."""
    named = inputs.document_ids(run.inputs)
    is_every = inputs.takes_every(run.inputs, default=True)
    ids = run.chosen
    if ids is None:
        ids = named or (yield from _public_documents(run, is_every=is_every))
    # Also of those that wait for a PDF before they turn a link on.
    is_all = is_every and not named and inputs.template_id(run.inputs) is None
    if not ids:
        nothing = succeeded("No document of this CRM item is public; nothing had to be turned off.")
        return replace(nothing, ends_waiting=is_all)
    yield Chosen(ids, public=False)
    results = yield tuple(documents.disable_public_url(document_id) for document_id in ids)
    return replace(_withdrawn(ids, results), ends_waiting=is_all)


def _public_documents(run: Run, *, is_every: bool) -> Generator[Step, Any, tuple[int, ...]]:
    """The item's documents that are public, or of which Bitrix24 did not say."""
    found = yield from documents.every(item_of(run), inputs.template_id(run.inputs))
    if not found:
        return ()
    if not is_every:
        return (max(document.id for document in found),)
    looks: list[Result] = yield tuple(
        documents.look_before_change(document.id) for document in found
    )
    return tuple(
        document.id for document, look in zip(found, looks, strict=True) if _may_be_public(look)
    )


def _may_be_public(look: Result) -> bool:
    document = documents.read_document(look) if isinstance(look, Answer) else None
    return document is None or document.is_public


def _withdrawn(ids: Sequence[int], results: Sequence[Result]) -> Outcome:
    refused = {
        document_id: result
        for document_id, result in zip(ids, results, strict=True)
        if isinstance(result, RejectedError)
    }
    done = [document_id for document_id in ids if document_id not in refused]
    links = [LinkChange(document_id=document_id, public=False) for document_id in done]
    listed = ", ".join(map(str, done))
    if not refused:
        log = f"The public link is off: document {listed}."
        return succeeded(log, *links, linked_document_id=listed)
    reason = explain(next(iter(refused.values())))
    text = f"Still public, perhaps: document {', '.join(map(str, refused))}. {reason.text}"
    return failed(reason.code, text, *links, linked_document_id=listed)
