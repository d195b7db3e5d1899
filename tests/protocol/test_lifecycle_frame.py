"""The POST that opens a page in the frame; queries and bodies as widget_data.md shows them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.errors import UnreadableError
from robot.protocol.auth import Auth
from robot.protocol.forms import encode_form
from robot.protocol.lifecycle import FrameOpening, LifecycleEvent, parse_frame, parse_install

MEMBER_ID = "a223c6b3710f85df22e9377d6c4f7553"
QUERY = b"DOMAIN=some-domain.bitrix24.com&PROTOCOL=1&LANG=de&APP_SID=made-up-sid"
FRAME: dict[str, Any] = {
    "AUTH_ID": "made-up-access",
    "AUTH_EXPIRES": "3600",
    "REFRESH_ID": "made-up-refresh",
    "SERVER_ENDPOINT": "https://oauth.bitrix.info/rest/",
    "APPLICATION_TOKEN": "made-up-application",
    "APPLICATION_SCOPE": "crm,bizproc",
    "member_id": MEMBER_ID,
    "status": "L",
    "PLACEMENT": "DEFAULT",
    "PLACEMENT_OPTIONS": '{"URI": "/crm/deal/details/1188/?a=ж"}',
}
WIRE = st.lists(
    st.tuples(
        st.sampled_from([*FRAME, "DOMAIN"]),
        st.one_of(st.text(), st.from_regex(r"[0-9]{1,30}"), st.sampled_from(["{", "[1]", "a1"])),
    )
)


def form(values: dict[str, Any], **changes: Any) -> bytes:
    return encode_form({**values, **changes}).encode()


@pytest.mark.parametrize("query", [QUERY, QUERY.decode()])
def test_a_page_in_the_frame_is_read_whole(query: bytes | str) -> None:
    assert parse_frame(query, form(FRAME)) == FrameOpening(
        auth=Auth(
            member_id=MEMBER_ID,
            access_token="made-up-access",
            refresh_token="made-up-refresh",
            domain="some-domain.bitrix24.com",
            server_endpoint="https://oauth.bitrix.info/rest/",
            application_token="made-up-application",
            scope=("crm", "bizproc"),
            status="L",
        ),
        expires_in=3600,
        scheme="https",
        language="de",
        placement="DEFAULT",
        options={"URI": "/crm/deal/details/1188/?a=ж"},
        app_sid="made-up-sid",
    )


def test_a_page_needs_no_more_than_its_portal() -> None:
    opening = parse_frame(b"", form({"member_id": MEMBER_ID}))

    assert (opening.auth, opening.options) == (Auth(member_id=MEMBER_ID), {})
    assert (opening.expires_in, opening.scheme) == (0, "https")


def test_a_self_hosted_portal_may_speak_plain_http() -> None:
    assert parse_frame(b"PROTOCOL=0", form(FRAME)).scheme == "http"


def test_a_token_lives_five_years_at_most() -> None:
    opening = parse_frame(QUERY, form(FRAME, AUTH_EXPIRES="9" * 100))

    assert opening.expires_in == 157_680_000


@pytest.mark.parametrize("text", ["", "[]", "{}", "null"])
def test_empty_options_are_empty(text: str) -> None:
    assert parse_frame(QUERY, form(FRAME, PLACEMENT_OPTIONS=text)).options == {}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("hush", id="no JSON"),
        pytest.param("[1]", id="a list"),
        pytest.param('"hush"', id="a text"),
        pytest.param("[" * 20_000, id="too deep to read"),
        pytest.param('{"n": ' + "9" * 5_000 + "}", id="a number too long to read"),
        pytest.param('{"t": "hush \\ud800"}', id="half a surrogate pair"),
        pytest.param('{"n": NaN}', id="no number of JSON"),
    ],
)
def test_options_that_are_no_object_are_unreadable(text: str) -> None:
    with pytest.raises(UnreadableError, match="PLACEMENT_OPTIONS") as caught:
        parse_frame(QUERY, form(FRAME, PLACEMENT_OPTIONS=text))

    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("field", "query", "changes"),
    [
        pytest.param("member_id", QUERY, {"member_id": ""}, id="no portal"),
        pytest.param("AUTH_ID", QUERY, {"AUTH_ID": ["hush"]}, id="tokens"),
        pytest.param("PLACEMENT_OPTIONS", QUERY, {"PLACEMENT_OPTIONS": ["hush"]}, id="array"),
        pytest.param("DOMAIN", b"DOMAIN[]=hush", {}, id="domains"),
        pytest.param("DOMAIN", b"DOMAIN=hush%0d%0a", {}, id="a header in the domain"),
    ],
)
def test_a_wrong_field_of_a_page_is_named(field: str, query: bytes, changes: Any) -> None:
    with pytest.raises(UnreadableError) as caught:
        parse_frame(query, form(FRAME, **changes))

    assert str(caught.value).startswith(f"{field} ")
    assert "hush" not in str(caught.value)


def test_no_secret_shows_when_an_opening_is_printed() -> None:
    assert "made-up" not in repr(parse_frame(QUERY, form(FRAME)))


def test_the_two_posts_of_an_installation_are_told_apart() -> None:
    event = {"event": "ONAPPINSTALL", "auth": {"member_id": MEMBER_ID}}

    assert isinstance(parse_install(b"", form(event)), LifecycleEvent)
    assert isinstance(parse_install(QUERY, form(FRAME)), FrameOpening)


@given(WIRE, st.one_of(st.text(), st.binary()))
def test_a_garbled_page_is_read_or_unreadable(
    lines: list[tuple[str, str]], query: str | bytes
) -> None:
    body = "&".join(encode_form({"v": value}).replace("v", key, 1) for key, value in lines)
    try:
        opening = parse_frame(query, f"member_id=a1&{body}".encode())
    except UnreadableError:
        return
    assert opening.auth.member_id


@given(st.binary(), st.one_of(st.text(), st.binary()))
def test_any_bytes_open_no_page(body: bytes, query: str | bytes) -> None:
    with pytest.raises(UnreadableError):
        parse_frame(query, body)
