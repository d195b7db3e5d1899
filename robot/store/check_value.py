"""The check value: it shows whether a key fits the database, and where its keys are from."""

from collections.abc import Sequence
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
    sealed = await database.read(_check_value)
    found = read_keys(keys, data_dir, is_new=sealed is None)
    vault = Vault(found, None if keys else data_dir / KEY_FILE)
    if sealed is None:  # unless another replica signs first
        sealed = await database.write(lambda conn: _sign_first(conn, vault))
    try:
        vault.open(CHECK_OWNER, sealed)
    except UnopenedError:
        raise SettingsError(
            "The secret key does not fit the database. Put back the key file that belongs to it "
            "(or the right LINKROBOT_SECRET_KEYS). If that key is lost for good, move the database "
            "away and open the application once in each Bitrix24, which installs it anew."
        ) from None
    return vault


def _sign_first(conn: Connection, vault: Vault) -> bytes:
    value = vault.seal(CHECK_OWNER, {_READS_FILE: vault.key_file is not None})
    row = insert(conn, check_values).values(name=CHECK_NAME, value=value)
    conn.execute(row.on_conflict_do_nothing())
    return _check_value(conn) or value


def sign(conn: Connection, vault: Vault) -> None:
    """Show with the check value which key seals from now on, and where the keys are from.

    Done by whoever works on this database; so a rotation of the keys knows whether he learns.
    """
    value = vault.seal(CHECK_OWNER, {_READS_FILE: vault.key_file is not None})
    row = insert(conn, check_values).values(name=CHECK_NAME, value=value)
    conn.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def will_follow(conn: Connection, vault: Vault) -> bool:
    """Whether he who works on this database opens what this vault seals, now or soon."""
    sealed = _check_value(conn) or b""
    reads_file = vault.open(CHECK_OWNER, sealed).get(_READS_FILE)
    if vault.key_file:
        return reads_file is True
    return reads_file is False and vault.is_current(sealed)


def _check_value(conn: Connection) -> bytes | None:
    return conn.scalar(select(check_values.c.value).where(check_values.c.name == CHECK_NAME))
