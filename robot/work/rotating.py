"""`linkrobot keys rotate`: all that is sealed is sealed with a new key, while the app works on.

Whenever it is cut off, what stands in the database is opened by keys that are still there, and
the next call does the rest. The order holds that: the new key is safely in the key file before
anything is sealed with it, and the old ones leave the file once nothing is.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy.exc import OperationalError

from robot.errors import SettingsError
from robot.settings import Settings
from robot.store import presence, sealed
from robot.store.check_value import will_follow
from robot.store.database import Database
from robot.store.sealed import Place
from robot.store.vault import Vault, new_key, read_keys, replace_key_file
from robot.work.opening import AlreadyRunningError, at_work, open_database, open_vault_of

STEP = 100  # secrets in one transaction: accepting never waits long for it
BETWEEN = 0.02  # seconds: others may write meanwhile

ONE_KEY = (
    "LINKROBOT_SECRET_KEYS holds one key only, so there is nothing to rotate. Write a new one "
    "(linkrobot keys new) and a comma before it, start Linkrobot again, then run this again."
)
WILL_NOT_FOLLOW = (
    "The running Linkrobot does not have these keys: it was started with other settings, or is of "
    "an older release. Start it again with the settings of this command, then run this again. "
    "Nothing was changed."
)
IN_TROUBLE = (
    "The database did not take it ({reason}). Nothing is lost: what is sealed with the new key and "
    "what is not are both opened. Run this again, and it goes on."
)
ROTATING = "Another `linkrobot keys rotate` is at work on {data_dir}. Wait until it has ended."


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """What came of it."""

    resealed: int  # secrets
    unopened: int  # secrets that none of the keys opens, left as they are
    old_keys: int  # that open nothing any more
    key_file: Path | None  # None: the keys are in the settings


async def rotate(settings: Settings) -> Rotated:
    """Seal everything anew.

    Raises:
        SettingsError: nothing can be rotated, or it was cut off and is to be called again.
    """
    try:
        async with _opened(settings) as (database, vault):
            if vault.key_file:
                return await _by_file(database, settings.data_dir, vault.key_file)
            return await _by_settings(database, settings)
    except OperationalError as error:
        raise SettingsError(IN_TROUBLE.format(reason=error.orig)) from None


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[Database, Vault]]:
    """Nobody else works, or he who does will follow; and nobody else rotates."""
    async with AsyncExitStack() as stack:
        try:
            stack.enter_context(at_work(settings))
            is_alone = not settings.is_shared
        except AlreadyRunningError:
            is_alone = False
        if not settings.is_shared:  # else each row is sealed anew as well twice as once
            stack.enter_context(_rotating_alone(settings.data_dir))
        database = await stack.enter_async_context(open_database(settings))
        vault = await open_vault_of(settings, database)
        if settings.is_shared:
            seen = await database.read(presence.seen)
            follows = all(keys[:1] == presence.prints_of(vault.keys)[:1] for keys in seen)
        else:
            follows = is_alone or await database.read(lambda conn: will_follow(conn, vault))
        if not follows:
            raise SettingsError(WILL_NOT_FOLLOW)
        yield database, vault


@contextmanager
def _rotating_alone(data_dir: Path) -> Iterator[None]:
    folder = os.open(data_dir, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingsError(ROTATING.format(data_dir=data_dir)) from None
        yield
    finally:
        os.close(folder)


async def _by_file(database: Database, data_dir: Path, key_file: Path) -> Rotated:
    old, new = read_keys([], data_dir, is_new=False), new_key()
    # On disk before its first use: as soon as it stands first, the running app seals with it.
    replace_key_file(key_file, [*old, new])
    replace_key_file(key_file, [new, *old])
    done = await _reseal_all(database, [new, *old], key_file)
    replace_key_file(key_file, [new])
    return done


async def _by_settings(database: Database, settings: Settings) -> Rotated:
    keys = [key.get_secret_value() for key in settings.secret_keys]
    if len(keys) == 1:
        raise SettingsError(ONE_KEY)
    return await _reseal_all(database, keys, None)


async def _reseal_all(database: Database, keys: Sequence[str], key_file: Path | None) -> Rotated:
    vault = Vault(keys)
    await database.write(lambda _conn: None)  # from here on everybody seals with the first key
    found = await database.read(sealed.places)
    resealed = unopened = 0
    for first in range(0, len(found), STEP):
        stale, left = await _reseal_step(database, vault, found[first : first + STEP])
        resealed, unopened = resealed + stale - left, unopened + left
    return Rotated(resealed=resealed, unopened=unopened, old_keys=len(keys) - 1, key_file=key_file)


async def _reseal_step(database: Database, vault: Vault, among: Sequence[Place]) -> tuple[int, int]:
    """How many another key had sealed, and how many of them none of the keys opens."""
    stale = await database.read(partial(sealed.stale, vault=vault, among=among))
    if not stale:
        return 0, 0
    unopened = await database.write(partial(sealed.reseal, vault=vault, among=stale))
    await asyncio.sleep(BETWEEN)
    return len(stale), unopened
