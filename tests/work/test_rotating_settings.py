"""Keys are rotated only where the running app opens what is sealed with the new one."""

import pytest
from sqlalchemy import Connection, update

from robot.errors import SettingsError
from robot.settings import Settings
from robot.store.check_value import open_vault, sign
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.tables import check_values
from robot.store.vault import CHECK_OWNER, KEY_FILE, WORKER_NAME, Vault, read_keys
from robot.work.opening import working_alone
from robot.work.rotating import rotate
from tests.store.store_rig import ONLY_SQLITE
from tests.work.rotating_rig import (
    KEY,
    OTHER_KEY,
    SECRETS,
    opened,
    seal_some,
    with_keys,
)

pytestmark = [pytest.mark.anyio, ONLY_SQLITE]


async def test_with_keys_in_the_settings_everything_is_sealed_with_the_first(
    database: Database, portal: Portal, settings: Settings
) -> None:
    await seal_some(database, portal, await open_vault(database, [OTHER_KEY], settings.data_dir))

    done = await rotate(with_keys(settings, KEY, OTHER_KEY))

    assert (done.resealed, done.old_keys, done.key_file) == (SECRETS, 1, None)
    assert await opened(database, Vault([KEY])) == SECRETS
    assert not (settings.data_dir / KEY_FILE).exists()


async def test_one_key_in_the_settings_is_nothing_to_rotate(
    database: Database, portal: Portal, settings: Settings
) -> None:
    await seal_some(database, portal, await open_vault(database, [KEY], settings.data_dir))

    with pytest.raises(SettingsError, match="one key only"):
        await rotate(with_keys(settings, KEY))


STARTED_WITH = {
    "the old key alone": ([OTHER_KEY], [KEY, OTHER_KEY]),
    "the keys in another order": ([OTHER_KEY, KEY], [KEY, OTHER_KEY]),
    "keys of its settings, where we have none": ([OTHER_KEY], []),
}


@pytest.mark.parametrize(("its", "ours"), STARTED_WITH.values(), ids=STARTED_WITH)
async def test_nothing_is_changed_where_the_running_app_could_not_follow(
    database: Database, portal: Portal, settings: Settings, its: list[str], ours: list[str]
) -> None:
    if not ours:
        (settings.data_dir / KEY_FILE).write_text(OTHER_KEY, encoding="ascii")
    await seal_some(database, portal, await open_vault(database, its, settings.data_dir))

    with working_alone(settings.data_dir), pytest.raises(SettingsError, match="does not have"):
        await rotate(with_keys(settings, *ours))

    assert await opened(database, Vault(its[:1])) == SECRETS


async def test_nothing_is_changed_where_the_running_app_is_of_an_older_release(
    app: Vault, database: Database, settings: Settings
) -> None:
    def write(conn: Connection) -> None:
        unsigned = app.seal(CHECK_OWNER, {})
        check = update(check_values).where(check_values.c.name == WORKER_NAME)
        conn.execute(check.values(value=unsigned))

    await database.write(write)
    keys = read_keys([], settings.data_dir, is_new=False)

    with working_alone(settings.data_dir), pytest.raises(SettingsError, match="older release"):
        await rotate(settings)

    assert read_keys([], settings.data_dir, is_new=False) == keys
    assert await opened(database, Vault(keys)) == SECRETS


async def test_an_app_that_was_started_with_the_same_keys_follows(
    database: Database, portal: Portal, settings: Settings
) -> None:
    await seal_some(database, portal, await open_vault(database, [OTHER_KEY], settings.data_dir))
    app = await open_vault(database, [KEY, OTHER_KEY], settings.data_dir)
    await database.write(lambda conn: sign(conn, app))

    with working_alone(settings.data_dir):
        done = await rotate(with_keys(settings, KEY, OTHER_KEY))

    assert done.resealed == SECRETS - 1  # all but what the app had signed anew
    assert await opened(database, app) == SECRETS


async def test_an_old_key_is_needed_to_start_until_all_is_sealed_with_the_new_one(
    database: Database, portal: Portal, settings: Settings
) -> None:
    await seal_some(database, portal, await open_vault(database, [OTHER_KEY], settings.data_dir))
    app = await open_vault(database, [KEY, OTHER_KEY], settings.data_dir)
    await database.write(lambda conn: sign(conn, app))

    with pytest.raises(SettingsError, match="does not fit"):
        await open_vault(database, [KEY], settings.data_dir)
    await rotate(with_keys(settings, KEY, OTHER_KEY))

    assert await opened(database, await open_vault(database, [KEY], settings.data_dir)) == SECRETS
