"""Installed, updated, removed; bodies as the docs show them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.errors import UnreadableError
from robot.protocol.auth import Auth
from robot.protocol.forms import encode_form
from robot.protocol.lifecycle import (
    DOCUMENT_DELETED,
    INSTALLED,
    REMOVED,
    UPDATED,
    LifecycleEvent,
    parse_event,
)

MEMBER_ID = "a223c6b3710f85df22e9377d6c4f7553"
ENDPOINTS = {
    "server_endpoint": "https://oauth.bitrix.info/rest/",
    "client_endpoint": "https://some-domain.bitrix24.com/rest/",
}
# As on-app-install.md shows it.
INSTALL: dict[str, Any] = {
    "event": "ONAPPINSTALL",
    "data": {"VERSION": "1.0.0", "ACTIVE": "Y", "INSTALLED": "Y", "LANGUAGE_ID": "de"},
    "ts": "1696527000",
    "auth": {
        "domain": "some-domain.bitrix24.com",
        "scope": "crm bizproc",
        "access_token": "made-up-access",
        "refresh_token": "made-up-refresh",
        "expires_in": 3600,
        **ENDPOINTS,
        "status": "F",
        "member_id": MEMBER_ID,
        "application_token": "made-up-application",
    },
}
# As on-app-uninstall.md shows it.
UNINSTALL: dict[str, Any] = {
    "event": "ONAPPUNINSTALL",
    "data": {"LANGUAGE_ID": "de", "CLEAN": 1},
    "ts": "1466439714",
    "auth": {
        "domain": "some-domain.bitrix24.com",
        **ENDPOINTS,
        "member_id": MEMBER_ID,
        "application_token": "made-up-application",
    },
}
# As on-crm-document-generator-document-delete.md shows it.
DELETION: dict[str, Any] = {
    "event": "ONCRMDOCUMENTGENERATORDOCUMENTDELETE",
    "event_handler_id": "825",
    "data": {"FIELDS": {"ID": "1869", "ENTITY_TYPE_ID": "1", "ENTITY_ID": "1000993"}},
    "ts": "1749042237",
    "auth": INSTALL["auth"],
}
WIRE = st.lists(
    st.tuples(
        st.sampled_from(
            ["event", "ts", "data", "data[CLEAN]", "data[VERSION]", "auth[expires_in]"]
        ),
        st.one_of(st.text(), st.from_regex(r"[0-9]{1,30}")),
    )
)


def form(values: dict[str, Any], **changes: Any) -> bytes:
    return encode_form({**values, **changes}).encode()


def test_an_installation_is_read_whole() -> None:
    assert parse_event(form(INSTALL)) == LifecycleEvent(
        name=INSTALLED,
        auth=Auth(
            member_id=MEMBER_ID,
            access_token="made-up-access",
            refresh_token="made-up-refresh",
            domain="some-domain.bitrix24.com",
            server_endpoint=ENDPOINTS["server_endpoint"],
            client_endpoint=ENDPOINTS["client_endpoint"],
            application_token="made-up-application",
            scope=("crm", "bizproc"),
            status="F",
        ),
        expires_in=3600,
        sent_at=datetime(2023, 10, 5, 17, 30, tzinfo=UTC),
        language="de",
        version="1.0.0",
        clean=False,
    )


def test_a_removal_brings_no_tokens_and_says_whether_data_goes_too() -> None:
    event = parse_event(form(UNINSTALL))

    assert (event.name, event.clean) == (REMOVED, True)
    assert (event.auth.access_token, event.expires_in) == ("", 0)
    assert event.auth.application_token == "made-up-application"


def test_a_deleted_document_is_named() -> None:
    event = parse_event(form(DELETION))

    assert (event.name, event.document_id) == (DOCUMENT_DELETED, 1869)
    assert event.auth.application_token == "made-up-application"


@pytest.mark.parametrize(
    "fields", [None, {"ID": "0"}, {"ID": "-5"}, {"ID": "5x"}, {"ID": "9" * 30}]
)
def test_a_deleted_document_without_a_number_is_unreadable(fields: Any) -> None:
    with pytest.raises(UnreadableError, match=r"data\[FIELDS\]\[ID\]"):
        parse_event(form(DELETION, data={"FIELDS": fields}))


def test_only_a_deletion_names_a_document() -> None:
    assert parse_event(form(DELETION, event="ONCRMDEALDELETE")).document_id is None


@pytest.mark.parametrize("clean", ["0", "", "false", "2"])
def test_data_goes_only_when_it_says_so(clean: str) -> None:
    assert not parse_event(form(UNINSTALL, data={"CLEAN": clean})).clean


@pytest.mark.parametrize(
    ("sent", "name"), [("onAppUpdate", UPDATED), ("OnCrmDealAdd", "ONCRMDEALADD")]
)
def test_an_event_is_named_in_capitals_even_one_that_nobody_asked_for(sent: str, name: str) -> None:
    assert parse_event(form(INSTALL, event=sent)).name == name


def test_an_event_may_come_without_its_data() -> None:
    event = parse_event(form({"event": "ONAPPUPDATE", "auth": {"member_id": MEMBER_ID}}))

    assert (event.language, event.version, event.sent_at) == ("", "", None)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        pytest.param("event", {"event": ""}, id="no event"),
        pytest.param("event", {"event": "hush hush"}, id="no name of an event"),
        pytest.param("event", {"event": ["hush"]}, id="events"),
        pytest.param("auth[member_id]", {"auth": None}, id="no portal"),
        pytest.param("data", {"data": "hush"}, id="data as text"),
        pytest.param("data[CLEAN]", {"data": {"CLEAN": ["hush"]}}, id="an array"),
    ],
)
def test_a_wrong_field_of_an_event_is_named(field: str, changes: Any) -> None:
    with pytest.raises(UnreadableError) as caught:
        parse_event(form(INSTALL, **changes))

    assert str(caught.value).startswith(f"{field} ")
    assert "hush" not in str(caught.value)


def test_no_secret_shows_when_an_event_is_printed() -> None:
    assert "made-up" not in repr(parse_event(form(INSTALL)))


@given(WIRE)
def test_a_garbled_event_is_read_or_unreadable(lines: list[tuple[str, str]]) -> None:
    body = "&".join(encode_form({"v": value}).replace("v", key, 1) for key, value in lines)
    try:
        event = parse_event(f"event=e&auth[member_id]=a1&{body}".encode())
    except UnreadableError:
        return
    assert event.auth.member_id


@given(st.binary())
def test_any_bytes_are_no_event(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        parse_event(body)
