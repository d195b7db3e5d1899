"""`linkrobot_enable`: turn the public links of documents on and hand them to the workflow."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from robot.errors import FlowError, RejectedError
from robot.flows import documents, inputs
from robot.flows.documents import Document
from robot.flows.failures import explain, no_link, no_renewal
from robot.flows.flow import (
    Chosen,
    Flow,
    Granted,
    LinkChange,
    Only,
    Outcome,
    Pause,
    Result,
    Run,
    Step,
    failed,
    succeeded,
)
from robot.protocol.answers import Answer
from robot.protocol.calls import RENEW
from robot.protocol.items import Item

# Bitrix24 makes a PDF in 30 to 40 s as a rule (wire facts 10.3).
LONGEST_WAIT = 300.0  # seconds for a PDF
LOOKS_AFTER = (2.0, 3.0, 5.0, 8.0, 12.0, 18.0, 27.0, 40.0, 60.0)  # seconds; then the last one
ENDED_MEANWHILE = "ended_meanwhile"
LEAVES = 15.0  # seconds before its time is over a run waits no longer


@dataclass(frozen=True, slots=True)
class _Wish:
    """What the robot's fields say."""

    named: tuple[int, ...]
    template_id: int | None
    is_every: bool
    valid_for: float | None
    waits: bool


def publish(run: Run, *, only: Only = Only.ALL) -> Flow:
    """Enable the public links of the documents that the run means."""
    wish = _Wish(
        named=run.chosen or inputs.document_ids(run.inputs),
        template_id=inputs.template_id(run.inputs),
        is_every=inputs.takes_every(run.inputs, default=False),
        valid_for=inputs.valid_for(run.inputs),
        waits=inputs.waits_for_pdf(run.inputs),
    )
    if wish.valid_for and not run.can_renew:
        yield from _renew_once()
    known = {} if wish.named else (yield from _of_item(run, wish))
    ids = wish.named or tuple(known)
    if wish.waits:
        known |= yield from _wait(run, ids)
    only = Only.NOT_ENDED_SINCE if run.looks else only
    granted: Granted = yield Chosen(ids, valid_for=wish.valid_for, only=only)
    if not granted.document_ids:
        raise FlowError(
            ENDED_MEANWHILE,
            "While this step waited for the PDF, a later step turned the link off; it stays off.",
        )
    known, enabled = yield from _enable(granted.document_ids, known)
    return _published(known, enabled, granted, run.item)


def item_of(run: Run) -> Item:
    """The CRM item of a run that names no document."""
    if run.item is None:
        raise FlowError(
            "not_a_crm_item",
            "This is not a CRM item, so it has no documents of its own. Put the document's number "
            "into the robot's field «Document ID».",
        )
    return run.item


def _renew_once() -> Generator[Step, Any, None]:
    """A link that is to end needs an access that lasts: it is tried before anything is public."""
    try:
        yield RENEW
    except RejectedError as error:
        raise no_renewal(error) from None


def _of_item(run: Run, wish: _Wish) -> Generator[Step, Any, dict[int, Document]]:
    """By their ids, the newest first."""
    item = item_of(run)
    if not wish.is_every:
        newest = yield from documents.latest(item, wish.template_id, run.templates)
        return {newest.id: newest}
    found = yield from documents.every(item, wish.template_id)
    if not found:
        raise documents.none_found(item, wish.template_id, run.templates)
    return {one.id: one for one in sorted(found, key=lambda one: one.id, reverse=True)}


def _wait(run: Run, ids: tuple[int, ...]) -> Generator[Step, Any, dict[int, Document]]:
    """Until each PDF is there or will never be, as far as there is time."""
    if run.chosen is None:
        yield Chosen(ids)  # the same ones after each pause; their end counts from the link on
    looks: list[Result] = yield tuple(map(documents.look_for_pdf, ids))
    seen = _seen(ids, looks)
    is_pending = any(
        isinstance(look, Answer) and not (one.has_pdf or one.failed)
        for look, one in zip(looks, seen.values(), strict=True)
    )
    if is_pending and run.waited < LONGEST_WAIT and run.left > LEAVES:
        pause = LOOKS_AFTER[min(run.looks, len(LOOKS_AFTER) - 1)]
        yield Pause(min(pause, LONGEST_WAIT - run.waited, run.left - LEAVES))
    return seen


def _enable(
    ids: tuple[int, ...], known: Mapping[int, Document]
) -> Generator[Step, Any, tuple[dict[int, Document], dict[int, Result]]]:
    """In one request as far as it holds them; what is not known of them yet is asked beside it."""
    unknown = tuple(document_id for document_id in ids if document_id not in known)
    results: list[Result] = yield (
        *map(documents.get_document, unknown),
        *map(documents.enable_public_url, ids),
    )
    found = dict(known) | _seen(unknown, results)
    return found, dict(zip(ids, results[len(unknown) :], strict=True))


def _seen(ids: Sequence[int], looks: Sequence[Result]) -> dict[int, Document]:
    """What the portal told of documents; a link counts even where it told nothing."""
    found = {}
    for document_id, look in zip(ids, looks, strict=False):
        document = documents.read_document(look) if isinstance(look, Answer) else None
        is_it = document is not None and document.id == document_id
        found[document_id] = document if document and is_it else Document(id=document_id)
    return found


def _published(
    known: Mapping[int, Document],
    enabled: Mapping[int, Result],
    granted: Granted,
    item: Item | None,
) -> Outcome:
    refused = {one: found for one, found in enabled.items() if isinstance(found, RejectedError)}
    if len(refused) == len(enabled) == 1:
        raise next(iter(refused.values()))
    urls = {
        one: documents.read_link(found)
        for one, found in enabled.items()
        if isinstance(found, Answer)
    }
    changes = [
        LinkChange(
            document_id=one,
            public=True,
            url=url,
            title=known[one].title,
            expires_at=granted.expires_at,
        )
        for one, url in urls.items()
    ]
    public = {one: url for one, url in urls.items() if url}
    if len(public) < len(enabled):
        return _incomplete(refused, urls, changes)
    newest = known[max(public)]
    log = "; ".join(
        f"The public link of document {_named(known[one])} is on: {url}"
        for one, url in public.items()
    )
    return succeeded(
        log + _until(granted) + _of_others(known, public, item),
        *changes,
        public_url=public[newest.id],
        public_urls=list(public.values()),
        linked_document_id=", ".join(map(str, public)),
        document_title=newest.title,
        document_number=newest.number,
        expires_at=_moment(granted),
        pdf_ready="Y" if all(known[one].has_pdf for one in public) else "N",
    )


def _incomplete(
    refused: Mapping[int, RejectedError], urls: Mapping[int, str], changes: Sequence[LinkChange]
) -> Outcome:
    """Some links are there, and they are handed on; `public_url` stays empty."""
    nameless = [one for one, url in urls.items() if not url]
    public = {one: url for one, url in urls.items() if url}
    if refused:
        error = explain(next(iter(refused.values())))
        text = f"Not public: document {', '.join(map(str, refused))}. {error.text}"
    else:
        error = no_link(nameless[0])
        text = error.text
    if public:
        text += f" Public now: document {', '.join(map(str, public))}."
    listed = ", ".join(map(str, public))
    if not public:
        return failed(error.code, text, *changes)
    return failed(
        error.code,
        text,
        *changes,
        public_urls=list(public.values()),
        linked_document_id=listed,
    )


def _named(document: Document) -> str:
    return f"{document.id} «{document.title}»" if document.title else str(document.id)


def _until(granted: Granted) -> str:
    return f". It ends at {_moment(granted)}" if granted.expires_at else ""


def _moment(granted: Granted) -> str:
    return f"{granted.expires_at:%Y-%m-%d %H:%M} UTC" if granted.expires_at else ""


def _of_others(known: Mapping[int, Document], public: Mapping[int, str], item: Item | None) -> str:
    if item is None:
        return ""
    others = [one for one in public if known[one].entity_id and not known[one].belongs_to(item)]
    if not others:
        return ""
    which = "this document belongs" if len(public) == 1 else f"document {others[0]} belongs"
    return f". Note: {which} to another CRM item than {item.document_id}."
