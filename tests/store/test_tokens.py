"""Tokens: of each user the newest, sealed, and never lost to worse ones."""

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Connection, select

from robot.protocol.oauth import Tokens
from robot.store import tokens
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.tables import tokens as token_rows
from robot.store.vault import Vault
from tests.store.store_rig import OTHER_MEMBER, install, later
from tests.store.store_rig import tokens as pair

pytestmark = pytest.mark.anyio
OLD, NEW = pair("old", expires_at=later(10)), pair("new", expires_at=later(20))


async def stored(database: Database, vault: Vault, portal: Portal) -> list[str]:
    found = await database.read(lambda conn: tokens.of_portal(conn, vault, portal))
    return sorted(one.access_token for one in found)


@pytest.mark.parametrize("order", [[OLD, NEW], [NEW, OLD], [NEW, NEW]])
async def test_the_newer_pair_wins_in_whatever_order_they_come(
    database: Database, portal: Portal, vault: Vault, order: list[Tokens]
) -> None:
    def write(conn: Connection) -> None:
        for one in order:
            tokens.save(conn, vault, portal, one, overrule=False)

    await database.write(write)

    assert await stored(database, vault, portal) == ["new"]


async def test_a_renewed_pair_wins_in_any_case(
    database: Database, portal: Portal, vault: Vault
) -> None:
    def write(conn: Connection) -> None:
        tokens.save(conn, vault, portal, NEW, overrule=False)
        tokens.save(conn, vault, portal, OLD, overrule=True)

    await database.write(write)

    assert await stored(database, vault, portal) == ["old"]


async def test_a_pair_that_cannot_be_renewed_never_takes_the_place_of_another(
    database: Database, portal: Portal, vault: Vault
) -> None:
    without = pair("without", refresh_token="", expires_at=later(9_999))

    def write(conn: Connection) -> None:
        tokens.save(conn, vault, portal, OLD, overrule=False)
        tokens.save(conn, vault, portal, without, overrule=False)

    await database.write(write)

    assert await stored(database, vault, portal) == ["old"]


async def test_it_is_kept_where_there_is_no_other(
    database: Database, portal: Portal, vault: Vault
) -> None:
    await database.write(
        lambda conn: tokens.save(conn, vault, portal, pair("x", refresh_token=""), overrule=False)
    )

    assert await stored(database, vault, portal) == ["x"]


async def test_each_user_has_a_pair_of_his_own(
    database: Database, portal: Portal, vault: Vault
) -> None:
    def write(conn: Connection) -> None:
        for user_id in (1, 2):
            one = pair(f"of {user_id}", user_id=user_id)
            tokens.save(conn, vault, portal, one, overrule=False)

    await database.write(write)

    assert await stored(database, vault, portal) == ["of 1", "of 2"]


async def test_a_pair_comes_back_as_it_was(
    database: Database, portal: Portal, vault: Vault
) -> None:

    await database.write(lambda conn: tokens.save(conn, vault, portal, OLD, overrule=False))
    assert await database.read(lambda conn: tokens.of_portal(conn, vault, portal)) == [OLD]


async def test_no_token_stands_readable_in_the_database(
    database: Database, portal: Portal, vault: Vault
) -> None:

    new = pair("made-up-access")
    await database.write(lambda conn: tokens.save(conn, vault, portal, new, overrule=False))
    sealed = await database.read(lambda conn: conn.scalar(select(token_rows.c.secrets)))

    assert sealed
    assert b"made-up-access" not in sealed


async def test_a_row_of_another_portal_or_key_counts_as_unknown(
    database: Database, portal: Portal, vault: Vault
) -> None:
    other = await install(database, member_id=OTHER_MEMBER)

    def write(conn: Connection) -> None:
        tokens.save(conn, vault, portal, OLD, overrule=False)
        sealed = conn.scalar(select(token_rows.c.secrets))
        row = {"portal_id": other.id, "user_id": 1, "secrets": sealed, "expires_at": later(9)}
        conn.execute(token_rows.insert().values(**row))

    await database.write(write)

    assert await stored(database, vault, other) == []
    assert await stored(database, Vault([Fernet.generate_key().decode()]), portal) == []


async def test_one_users_pair_is_found(database: Database, portal: Portal, vault: Vault) -> None:
    await database.write(lambda conn: tokens.save(conn, vault, portal, OLD, overrule=False))

    assert await database.read(lambda conn: tokens.of_user(conn, vault, portal, 1)) == OLD
    assert await database.read(lambda conn: tokens.of_user(conn, vault, portal, 2)) is None


async def test_a_pair_that_was_set_aside_is_kept_until_any_other_comes(
    database: Database, portal: Portal, vault: Vault
) -> None:
    def write(conn: Connection) -> None:
        tokens.save(conn, vault, portal, NEW, overrule=False)
        tokens.set_aside(conn, portal, NEW)

    await database.write(write)
    assert await stored(database, vault, portal) == ["new"]

    await database.write(lambda conn: tokens.save(conn, vault, portal, OLD, overrule=False))

    assert await stored(database, vault, portal) == ["old"]


async def test_a_pair_that_has_come_meanwhile_is_not_set_aside(
    database: Database, portal: Portal, vault: Vault
) -> None:
    def write(conn: Connection) -> None:
        tokens.save(conn, vault, portal, NEW, overrule=False)
        tokens.set_aside(conn, portal, OLD)

    await database.write(write)

    assert await database.read(lambda conn: tokens.of_user(conn, vault, portal, 1)) == NEW
