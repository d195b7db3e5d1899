"""A session of the page lives for minutes and is one portal's and one user's, as its tokens are."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet

from handlers.page import session
from handlers.page.session import LIVES, Session, SessionEndedError
from robot.errors import ForgedError
from robot.store.portals import Portal
from robot.store.vault import Vault
from robot.work.visiting import Visitor

NOW = datetime(2026, 11, 29, 10, 0, tzinfo=UTC)
ACTION = "/bitrix24/app/runs/7/retry"


def visitor(portal_id: int = 3, user_id: int = 1) -> Visitor:
    portal = Portal(
        id=portal_id,
        member_id="0123456789abcdef",
        endpoint="https://acme.bitrix24.com/rest/",
        client_id="local.0123456789abcd.12345678",
        user_id=1,
        scope=("crm", "bizproc"),
        language="en",
        installed_at=NOW,
    )
    return Visitor(portal=portal, user_id=user_id, time_zone="Europe/Berlin", is_administrator=True)


@pytest.fixture
def vault() -> Vault:
    return Vault([Fernet.generate_key().decode()])


@pytest.fixture
def begun() -> Session:
    return session.begin(visitor(), language="en", now=NOW)


def test_it_comes_back_as_it_was_sealed(begun: Session, vault: Vault) -> None:
    assert session.unseal(vault, session.seal(vault, begun)) == begun


def test_what_others_sealed_is_none(begun: Session, vault: Vault) -> None:
    other = Vault([Fernet.generate_key().decode()])

    with pytest.raises(ForgedError):
        session.unseal(vault, session.seal(other, begun))


def test_another_secret_of_ours_is_no_session(vault: Vault) -> None:
    with pytest.raises(ForgedError):
        session.unseal(vault, vault.seal("0123456789abcdef", {"portal_id": 3}).decode())


def test_it_ends(begun: Session) -> None:
    session.check(begun, now=NOW + LIVES - timedelta(seconds=1))

    with pytest.raises(SessionEndedError, match="Reload"):
        session.check(begun, now=NOW + LIVES)


def test_prolonged_it_keeps_the_tokens_of_its_forms(begun: Session) -> None:
    longer = session.prolong(begun, visitor(), now=NOW + LIVES)

    session.check(longer, now=NOW + LIVES)
    session.check_token(longer, ACTION, session.token(begun, ACTION))


@pytest.mark.parametrize("other", [visitor(portal_id=4), visitor(user_id=7)])
def test_nobody_prolongs_anothers(other: Visitor, begun: Session) -> None:
    with pytest.raises(ForgedError):
        session.prolong(begun, other, now=NOW)


def test_a_token_is_good_for_its_action_in_its_session_alone(begun: Session) -> None:
    token = session.token(begun, ACTION)
    session.check_token(begun, ACTION, token)

    for of, action in (
        (begun, "/bitrix24/app/runs/8/retry"),
        (session.begin(visitor(), language="en", now=NOW), ACTION),
    ):
        with pytest.raises(ForgedError):
            session.check_token(of, action, token)


def test_it_shows_no_secret(begun: Session) -> None:
    assert begun.secret not in repr(begun)
