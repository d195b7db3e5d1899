"""A database with a secret of every kind, and an app's keys to it."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import Connection

from robot.protocol.origin import digest
from robot.settings import Settings
from robot.store import runs, sealed, tokens, unverified
from robot.store.check_value import open_vault, sign
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.tables import check_values
from robot.store.unverified import Kind
from robot.store.vault import CHECK_OWNER, Vault
from robot.work.admission import UNVERIFIED_OWNER
from tests.store.store_rig import MEMBER, NOW, new_run
from tests.store.store_rig import tokens as pair

KEY, OTHER_KEY = Fernet.generate_key().decode(), Fernet.generate_key().decode()
OWNERS = {
    "tokens": MEMBER,
    "runs": MEMBER,
    "unverified": UNVERIFIED_OWNER,
    "check_values": CHECK_OWNER,
}
RUNS = 5
SECRETS = RUNS + 4


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of an app whose database is the test's."""
    return Settings(_env_file=None, data_dir=tmp_path)  # type: ignore[call-arg]


@pytest.fixture
async def app(database: Database, portal: Portal, tmp_path: Path) -> Vault:
    """The vault of a running app, which has sealed something of every kind."""
    vault = await open_vault(database, [], tmp_path)
    await seal_some(database, portal, vault)
    return vault


async def seal_some(database: Database, portal: Portal, vault: Vault) -> None:
    def write(conn: Connection) -> None:
        sign(conn, vault)
        conn.execute(check_values.insert().values(name="no secret", value=b"at all"))
        tokens.save(conn, vault, portal, pair(), overrule=False)
        message = vault.seal(UNVERIFIED_OWNER, {"body": "x"})
        unverified.keep(conn, Kind.RUN, message, message_hash=digest("x"), now=NOW)
        for number in range(RUNS):
            secrets = vault.seal(MEMBER, {"event_token": f"e-{number}"})
            runs.record(conn, [new_run(portal.id, f"e-{number}", secrets=secrets)])

    await database.write(write)


async def opened(database: Database, vault: Vault) -> int:
    """How many secrets there are; all of them are opened."""

    def look(conn: Connection) -> int:
        found = sealed.places(conn)
        for place in found:
            vault.open(OWNERS[place.table.name], sealed.value(conn, place) or b"")
        return len(found)

    return await database.read(look)


def with_keys(settings: Settings, *keys: str) -> Settings:
    return settings.model_copy(update={"secret_keys": tuple(map(SecretStr, keys))})
