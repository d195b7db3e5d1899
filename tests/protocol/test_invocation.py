"""The POST that runs a robot. tests/samples/invocations: bodies of the shape that live portals
sent (P1 to P3 of the wire facts), with made-up tokens."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.errors import TooLargeError, UnreadableError
from robot.protocol.auth import Auth
from robot.protocol.forms import encode_form
from robot.protocol.invocation import Invocation, parse_invocation
from robot.protocol.items import Item

SAMPLES = Path(__file__).parents[1] / "samples" / "invocations"
DEAL = {"0": "crm", "1": "CCrmDocumentDeal", "2": "DEAL_1188"}
FEWEST: dict[str, Any] = {"code": "c", "event_token": "e", "auth": {"member_id": "a1"}}
FIELDS = [
    *("workflow_id", "code", "event_token", "use_subscription", "timeout_duration", "ts"),
    *("document_id[2]", "document_type[2]", "auth[access_token]", "auth[expires]", "auth[scope]"),
    *("auth[domain]", "auth[member_id]", "auth[user_id]", "auth[refresh_token]", "auth[status]"),
    *("auth[client_endpoint]", "auth[server_endpoint]", "auth[application_token]"),
]
LINES = st.lists(
    st.tuples(
        st.sampled_from([*FIELDS, "auth", "properties", "document_id", "document_type", "x[]"]),
        st.one_of(st.text(), st.from_regex(r"[0-9]{1,30}"), st.sampled_from(["crm", "Y", ""])),
    )
)


def sample(name: str) -> Invocation:
    return parse_invocation((SAMPLES / f"{name}.txt").read_bytes().strip())


def parse(**changes: Any) -> Invocation:
    return parse_invocation(encode_form({**FEWEST, **changes}).encode())


def test_a_robot_that_waits_is_read_whole() -> None:
    invocation = sample("p1_waits")

    assert invocation == Invocation(
        workflow_id="664fa13bbbb410.99176768",
        code="linkrobot_enable",
        item=Item(entity_type_id=2, id=1188, document_id="DEAL_1188"),
        document_id="DEAL_1188",
        event_token="664fa13bbbb410.99176768|A40364_79843_85254_57332|"
        + f"{'Qk7Zp2Wm' * 4}.{'1ae8' * 16}",
        properties={
            **{"document_id": "", "which": "latest", "template_id": ""},
            **{"valid_days": "30", "wait_for_pdf": "N"},
        },
        wants_reply=True,
        timeout=660,
        sent_at=datetime(2024, 5, 23, 20, 4, 11, tzinfo=UTC),
        auth=Auth(
            member_id="1a5f" * 8,
            access_token="1a0c" * 17 + "1a",
            refresh_token="1a9e" * 17 + "aa",
            expires_at=datetime(2024, 5, 23, 21, 4, 11, tzinfo=UTC),
            user_id=1,
            domain="xxx.bitrix24.com",
            client_endpoint="https://xxx.bitrix24.com/rest/",
            server_endpoint="https://oauth.bitrix.info/rest/",
            application_token="1ad3" * 8,
            scope=("crm", "catalog", "bizproc", "placement", "user_brief"),
            status="L",
        ),
    )


def test_a_task_is_no_crm_item_and_keeps_its_number() -> None:
    invocation = sample("p2_task")

    assert (invocation.item, invocation.document_id) == (None, "49728")
    assert invocation.auth.server_endpoint == "https://oauth.bitrix24.tech/rest/"
    assert invocation.properties == {"title": "Счёт № 5"}


@pytest.mark.parametrize("name", ["p2_task", "p3_deal"])
def test_a_robot_that_waits_for_nobody_gets_no_reply(name: str) -> None:
    invocation = sample(name)

    assert (invocation.wants_reply, invocation.timeout) == (False, 0)


def test_a_call_may_bring_no_more_than_its_code_its_token_and_its_portal() -> None:
    assert parse() == Invocation(
        workflow_id="",
        code="c",
        item=None,
        document_id="",
        event_token="e",
        properties={},
        wants_reply=False,
        timeout=0,
        sent_at=None,
        auth=Auth(member_id="a1"),
    )


def test_a_deal_needs_no_document_type() -> None:
    item = parse(document_id=DEAL).item

    assert item == Item(entity_type_id=2, id=1188, document_id="DEAL_1188")


@pytest.mark.parametrize("value", ["N", "", "y", "YES", "1", "Y "])
def test_only_a_capital_y_asks_for_a_reply(value: str) -> None:
    assert not parse(use_subscription=value).wants_reply


@pytest.mark.parametrize(
    ("digits", "seconds"),
    [
        pytest.param("660", 660, id="seconds"),
        pytest.param("", 0, id="empty"),
        pytest.param("-5", 0, id="negative"),
        pytest.param("1.5", 0, id="a fraction"),
        pytest.param("٥", 0, id="digits that are not ASCII"),
        pytest.param("157680001", 157_680_000, id="over five years"),
        pytest.param("9" * 4_096, 157_680_000, id="huge"),
    ],
)
def test_a_timeout_is_whole_seconds_up_to_five_years(digits: str, seconds: int) -> None:
    assert parse(timeout_duration=digits).timeout == seconds


@pytest.mark.parametrize("ts", ["", "0", "-1", "soon", "4294967296", "9" * 30, "9" * 4_096])
def test_a_time_that_is_none_is_left_out(ts: str) -> None:
    invocation = parse(ts=ts, auth={"member_id": "a1", "expires": ts})

    assert invocation.sent_at is None
    assert invocation.auth.expires_at is None


@pytest.mark.parametrize("user_id", ["", "0", "user_1", "-1", "9" * 19, "9" * 4_096])
def test_a_user_that_is_none_is_left_out(user_id: str) -> None:
    assert parse(auth={"member_id": "a1", "user_id": user_id}).auth.user_id is None


def test_scopes_are_split_at_commas_and_at_spaces() -> None:
    scope = parse(auth={"member_id": "a1", "scope": "crm, bizproc user,,"}).auth.scope

    assert scope == ("crm", "bizproc", "user")


def test_an_empty_properties_field_means_no_properties() -> None:
    assert parse(properties="").properties == {}


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        pytest.param("code", {"code": ""}, id="no code"),
        pytest.param("code", {"code": "a b"}, id="no robot's code"),
        pytest.param("code", {"code": "c" * 129}, id="a long code"),
        pytest.param("code", {"code": ["c"]}, id="codes"),
        pytest.param("event_token", {"event_token": ""}, id="no event token"),
        pytest.param("event_token", {"event_token": "hush\nhush"}, id="two lines"),
        pytest.param("event_token", {"event_token": "hush" * 257}, id="a long event token"),
        pytest.param("auth[member_id]", {"auth": {}}, id="no auth"),
        pytest.param("auth[member_id]", {"auth": {"member_id": "hush-1"}}, id="no member id"),
        pytest.param("auth[member_id]", {"auth": {"member_id": "a" * 65}}, id="a long member id"),
        pytest.param("auth", {"auth": "hush"}, id="auth as text"),
        pytest.param("properties", {"properties": "hush"}, id="properties as text"),
        pytest.param("workflow_id", {"workflow_id": {"a": "hush"}}, id="an array"),
        pytest.param("workflow_id", {"workflow_id": "hush\0"}, id="a NUL"),
        pytest.param("timeout_duration", {"timeout_duration": ["1"]}, id="timeouts"),
        pytest.param(
            "auth[access_token]",
            {"auth": {"member_id": "a1", "access_token": "hush\r\n"}},
            id="a header in a token",
        ),
    ],
)
def test_a_wrong_field_is_named_and_its_value_is_not(field: str, changes: Any) -> None:
    with pytest.raises(UnreadableError) as caught:
        parse(**changes)

    assert str(caught.value).startswith(f"{field} ")
    assert "hush" not in str(caught.value)


def test_a_line_that_is_too_long_is_refused() -> None:
    with pytest.raises(TooLargeError, match="workflow_id"):
        parse(workflow_id="w" * 4_097)


def test_no_secret_shows_when_an_invocation_is_printed() -> None:
    invocation = sample("p1_waits")
    auth = invocation.auth

    for secret in (invocation.event_token, auth.access_token, auth.refresh_token):
        assert secret not in repr(invocation)
    assert auth.application_token not in repr(invocation)


@given(LINES)
def test_garbage_is_an_invocation_or_unreadable(lines: list[tuple[str, str]]) -> None:
    body = "&".join(encode_form({"v": value}).replace("v", key, 1) for key, value in lines)
    try:
        invocation = parse_invocation(f"{encode_form(FEWEST)}&{body}".encode())
    except UnreadableError:
        return
    assert invocation.auth.member_id


@given(st.binary())
def test_any_bytes_are_an_invocation_or_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        parse_invocation(body)


@pytest.mark.parametrize(
    "document_id",
    [
        pytest.param("DEAL_1188", id="text instead of three parts"),
        pytest.param({**DEAL, "2": ["hush"]}, id="a list for an id"),
        pytest.param({**DEAL, "2": "DEAL_0"}, id="a number that is none"),
    ],
)
def test_an_item_that_cannot_be_read_is_told_to_the_workflow(document_id: object) -> None:
    assert parse(document_id=document_id).item is None
