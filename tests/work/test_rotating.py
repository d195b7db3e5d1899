"""Keys are rotated while others work, and nothing is lost wherever that is cut off."""

import asyncio
import threading
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection

from robot.errors import SettingsError
from robot.settings import Settings
from robot.store import runs, sealed
from robot.store.check_value import open_vault
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.vault import KEY_FILE, Vault, read_keys, replace_key_file
from robot.work import rotating
from robot.work.rotating import Rotated, rotate
from tests.scenarios.waiting import until
from tests.store.store_rig import MEMBER, ONLY_SQLITE, new_run, record
from tests.work.rotating_rig import KEY, SECRETS, opened

pytestmark = [pytest.mark.anyio, ONLY_SQLITE]


class CutOffError(Exception):
    """The power fails here."""


async def test_everything_is_sealed_with_a_new_key_and_the_old_one_is_gone(
    app: Vault, database: Database, settings: Settings
) -> None:
    (old,) = read_keys([], settings.data_dir, is_new=False)

    done = await rotate(settings)

    (new,) = read_keys([], settings.data_dir, is_new=False)
    assert new != old
    assert done == Rotated(
        resealed=SECRETS, unopened=0, old_keys=1, key_file=settings.data_dir / KEY_FILE
    )
    assert await opened(database, Vault([new])) == SECRETS
    assert await opened(database, app) == SECRETS, "whoever works on has learned the new key"


def cut_off(monkeypatch: pytest.MonkeyPatch, *, at: int) -> None:
    """The step with that number is never done: one of the file's, or some of the database's."""
    steps = count(1)

    def stepping(step: Callable[..., Any]) -> Callable[..., Any]:
        def do(*args: Any, **named: Any) -> Any:
            if next(steps) == at:
                raise CutOffError
            return step(*args, **named)

        return do

    monkeypatch.setattr(rotating, "STEP", 3)
    monkeypatch.setattr(rotating, "replace_key_file", stepping(replace_key_file))
    monkeypatch.setattr(sealed, "reseal", stepping(sealed.reseal))


@pytest.mark.parametrize("at", range(1, 7))
async def test_wherever_it_is_cut_off_everything_opens_and_the_next_one_does_the_rest(
    app: Vault, database: Database, settings: Settings, at: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        cut_off(patch, at=at)
        with pytest.raises(CutOffError):
            await rotate(settings)

    restarted = await open_vault(database, [], settings.data_dir)
    assert await opened(database, restarted) == SECRETS
    assert await opened(database, app) == SECRETS
    assert app.open(MEMBER, restarted.seal(MEMBER, {"a": 1})) == {"a": 1}
    await rotate(settings)
    (new,) = read_keys([], settings.data_dir, is_new=False)
    assert await opened(database, Vault([new])) == SECRETS


async def test_what_was_sealed_just_before_and_is_stored_only_meanwhile_is_not_forgotten(
    app: Vault, database: Database, portal: Portal, settings: Settings
) -> None:
    begun, is_over = threading.Event(), threading.Event()

    def write(conn: Connection) -> None:
        late = new_run(portal.id, "late", secrets=app.seal(MEMBER, {"event_token": "late"}))
        begun.set()
        assert is_over.wait(10)
        runs.record(conn, [late])

    storing = asyncio.create_task(database.write(write))
    assert await asyncio.to_thread(begun.wait, 10)
    rotation = asyncio.create_task(rotate(settings))
    key_file = settings.data_dir / KEY_FILE
    (old,) = read_keys([], settings.data_dir, is_new=False)
    await asyncio.to_thread(until, lambda: key_file.read_text().split()[0] != old)
    is_over.set()
    await asyncio.gather(storing, rotation)

    (new,) = read_keys([], settings.data_dir, is_new=False)
    assert await opened(database, Vault([new])) == SECRETS + 1


async def test_only_one_rotates_at_a_time(
    app: Vault, database: Database, settings: Settings
) -> None:
    done = await asyncio.gather(rotate(settings), rotate(settings), return_exceptions=True)

    assert [type(one) for one in done].count(SettingsError) == 1
    (new,) = read_keys([], settings.data_dir, is_new=False)
    assert await opened(database, Vault([new])) == SECRETS


async def test_a_secret_that_no_key_opens_is_left_and_told(
    app: Vault, database: Database, portal: Portal, settings: Settings
) -> None:
    lost = Vault([KEY]).seal(MEMBER, {"event_token": "lost"})
    await record(database, new_run(portal.id, "lost", secrets=lost))

    done = await rotate(settings)

    assert (done.resealed, done.unopened) == (SECRETS, 1)
