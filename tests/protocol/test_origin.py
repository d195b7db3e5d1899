"""Is this message from the portal that it names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.protocol.origin import digest, is_same


def test_the_stored_token_is_recognised() -> None:
    assert is_same(digest("51856fefc120afa4b628cc82d3935cce"), "51856fefc120afa4b628cc82d3935cce")


@pytest.mark.parametrize(
    ("stored", "given_token"),
    [
        pytest.param(digest("right"), "wrong", id="another token"),
        pytest.param(digest("right"), "RIGHT", id="another letter case"),
        pytest.param(digest("right"), "", id="no token given"),
        pytest.param(None, "right", id="none stored"),
        pytest.param(None, "", id="none stored, none given"),
        pytest.param(digest(""), "", id="nothing is never a token"),
        pytest.param(b"", "", id="empty"),
        pytest.param(bytes(32), "", id="zeros"),
        pytest.param(digest("right"), "rïght", id="letters beyond ASCII"),
    ],
)
def test_anything_else_is_not(stored: bytes | None, given_token: str) -> None:
    assert not is_same(stored, given_token)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_only_a_token_itself_is_the_same(token: str) -> None:
    assert is_same(digest(token), token) == bool(token)
    assert not is_same(digest(token), token + "x")


def test_a_digest_does_not_show_its_secret() -> None:
    assert b"secret" not in digest("secret")
    assert len(digest("secret")) == 32
