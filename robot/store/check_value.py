"""The check value: it shows whether a key fits the database, and where its keys are from."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, select

from robot.errors import SettingsError
from robot.store.database import Database
from robot.store.tables import check_values
from robot.store.upsert import insert
from robot.store.vault import (
    CHECK_NAME,
    CHECK_OWNER,
    KEY_FILE,
    WORKER_NAME,
    UnopenedError,
    Vault,
    read_keys,
)

_READS_FILE = "reads_file"  # whoever works has his keys from the key file


async def open_vault(database: Database, keys: Sequence[str], data_dir: Path) -> Vault:
    """The vault of this database; its key is made once, while the database is still empty.

    Raises:
        SettingsError: there is no key, or not the one that the database was written with.
    """
    sealed = await database.read(partial(_check_value, name=CHECK_NAME))
    found = read_keys(keys, data_dir, is_new=sealed is None)
    vault = Vault(found, None if keys else data_dir / KEY_FILE)
    if sealed is None:  # unless another replica signs first
        sealed = await database.write(lambda conn: _sign_first(conn, vault))
    try:
        vault.open(CHECK_OWNER, sealed)
    except UnopenedError:
        raise SettingsError(
            "The secret key does not fit the database. Put back the key file that belongs to it "
            "(or the right LINKROBOT_SECRET_KEYS: an old key must stay there, behind the new one, "
            "until `linkrobot keys rotate` has succeeded). If that key is lost for good, "
            "docs/operating.md says how to begin anew (The data folder)."
        ) from None
    return vault


def _sign_first(conn: Connection, vault: Vault) -> bytes:
    value = _sealed(vault)
    row = insert(conn, check_values).values(name=CHECK_NAME, value=value)
    conn.execute(row.on_conflict_do_nothing())
    return _check_value(conn, CHECK_NAME) or value


def sign(conn: Connection, vault: Vault) -> None:
    """Show which key seals from now on, and where the keys are from.

    Done by whoever works on this database; so a rotation of the keys knows whether he learns. The
    keys that are needed to start stay the same: a rotation changes them, once all else is done.
    """
    value = _sealed(vault)
    row = insert(conn, check_values).values(name=WORKER_NAME, value=value)
    conn.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def will_follow(conn: Connection, vault: Vault) -> bool:
    """Whether he who works on this database opens what this vault seals, now or soon."""
    sealed = _check_value(conn, WORKER_NAME)
    if sealed is None:
        return False
    reads_file = vault.open(CHECK_OWNER, sealed).get(_READS_FILE)
    if vault.key_file:
        return reads_file is True
    return reads_file is False and vault.is_current(sealed)


def _check_value(conn: Connection, name: str) -> bytes | None:
    return conn.scalar(select(check_values.c.value).where(check_values.c.name == name))


def _sealed(vault: Vault) -> bytes:
    return vault.seal(CHECK_OWNER, {_READS_FILE: vault.key_file is not None})
