"""What a portal tells an app: installed, updated, removed, opened in the frame; and which document
was deleted. Pure.

Facts: wire facts section 8; docs: api-reference/common/events/on-app-*.md and
api-reference/widgets/_includes/widget_data.md;
api-reference/crm/document-generator/documents/events/.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from robot.errors import UnreadableError
from robot.protocol.auth import MEMBER_ID, Auth, parse_auth, split_scope
from robot.protocol.fields import HUGE, Fields
from robot.protocol.forms import parse_form

INSTALLED = "ONAPPINSTALL"
UPDATED = "ONAPPUPDATE"
REMOVED = "ONAPPUNINSTALL"
DOCUMENT_DELETED = "ONCRMDOCUMENTGENERATORDOCUMENTDELETE"
EVENT_NAME = re.compile(r"[A-Za-z0-9_]{1,128}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleEvent:
    """What happened to the app, or to a document, on a portal. Nothing of it is verified."""

    name: str  # upper case; may be an event that we did not ask for
    auth: Auth  # without tokens where the app was removed
    expires_in: int  # seconds that the access token lives; 0 where it does not say
    sent_at: datetime | None  # UTC
    language: str  # of the portal, such as `de`; "" where it does not say
    version: str  # of the app
    clean: bool  # removed, and its data shall go too
    document_id: int | None = None  # only where a document was deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameOpening:
    """The POST by which a user's browser opens one of our pages. Nothing of it is verified."""

    auth: Auth  # tokens of the user who opened it; no expires_at, user_id or client_endpoint
    expires_in: int  # seconds that the access token lives; 0 where it does not say
    scheme: str  # of the portal at auth.domain: `https` or `http`
    language: str  # of the user's interface, such as `de`
    placement: str  # where it opens; DEFAULT is the app's own page
    options: dict[str, Any] = field(repr=False)  # JSON that depends on the placement
    app_sid: str = field(repr=False)  # ties the page to Bitrix24's script


def parse_install(query: bytes | str, body: bytes) -> LifecycleEvent | FrameOpening:
    """Tell apart the two POSTs of an installation: an API-only app's event, and the frame's.

    Raises:
        UnreadableError: as parse_event and parse_frame do.
    """
    form = Fields(parse_form(body))
    # A frame's POST has no such field; an event always names itself.
    return _event(form) if "event" in form.values else _frame(_read_query(query), form)


def parse_event(body: bytes) -> LifecycleEvent:
    """Read one event.

    Raises:
        UnreadableError: no event, auth[member_id] or deleted document, or a field of
            the wrong shape.
    """
    return _event(Fields(parse_form(body)))


def parse_frame(query: bytes | str, body: bytes) -> FrameOpening:
    """Read the POST that opens a page in the frame.

    Raises:
        UnreadableError: no member_id, or a field of the wrong shape.
    """
    return _frame(_read_query(query), Fields(parse_form(body)))


def _event(form: Fields) -> LifecycleEvent:
    data, auth = form.inner("data"), form.inner("auth")
    name = form.required("event", EVENT_NAME).upper()
    return LifecycleEvent(
        name=name,
        auth=parse_auth(auth),
        expires_in=auth.seconds("expires_in"),
        sent_at=form.moment("ts"),
        language=data.text("LANGUAGE_ID"),
        version=data.text("VERSION"),
        clean=data.text("CLEAN") == "1",
        document_id=_document_id(data.inner("FIELDS")) if name == DOCUMENT_DELETED else None,
    )


def _document_id(deleted: Fields) -> int:
    document_id = deleted.number("ID")
    if not document_id or document_id >= HUGE:
        raise UnreadableError(f"{deleted.name('ID')} is no document's number")
    return document_id


def _frame(query: Fields, form: Fields) -> FrameOpening:
    return FrameOpening(
        auth=_frame_auth(query, form),
        expires_in=form.seconds("AUTH_EXPIRES"),
        scheme="http" if query.text("PROTOCOL") == "0" else "https",
        language=query.text("LANG"),
        placement=form.text("PLACEMENT"),
        options=_read_options(form.raw("PLACEMENT_OPTIONS")),
        app_sid=query.text("APP_SID"),
    )


def _frame_auth(query: Fields, form: Fields) -> Auth:
    return Auth(
        member_id=form.required("member_id", MEMBER_ID),
        access_token=form.text("AUTH_ID"),
        refresh_token=form.text("REFRESH_ID"),
        domain=query.text("DOMAIN"),
        server_endpoint=form.text("SERVER_ENDPOINT"),
        application_token=form.text("APPLICATION_TOKEN"),
        scope=split_scope(form.text("APPLICATION_SCOPE")),
        status=form.text("status"),
    )


def _read_query(query: bytes | str) -> Fields:
    if isinstance(query, str):
        # A lone surrogate becomes bytes that parse_form refuses.
        query = query.encode(errors="surrogatepass")
    return Fields(parse_form(query))


def _read_options(text: str) -> dict[str, Any]:
    """PLACEMENT_OPTIONS; {} where they are missing or empty, which PHP may write as `[]`."""
    try:
        options = json.loads(text or "{}") or {}
        # NaN is no JSON; half a surrogate pair is, but nobody could write it anywhere.
        json.dumps(options, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise UnreadableError("PLACEMENT_OPTIONS is not JSON") from error
    if not isinstance(options, dict):
        raise UnreadableError("PLACEMENT_OPTIONS is not a JSON object")
    return options
