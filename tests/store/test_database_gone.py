"""The database's file goes while it is open: what is written into it now would be lost."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from robot.store.database import Database, leave_mark
from robot.store.trouble import GoneError, explain
from tests.store.store_rig import ONLY_SQLITE, install

pytestmark = pytest.mark.anyio


def move_away(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))


def put_back(path: Path) -> None:
    path.with_name("elsewhere").rename(path)


def replace(path: Path) -> None:
    shutil.copy(path, path.with_name("backup"))
    path.with_name("backup").rename(path)


def is_there(path: Path) -> bool:
    return path.exists()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "linkrobot.sqlite"


@ONLY_SQLITE
async def test_nothing_is_written_into_a_file_that_was_moved_away(
    database: Database, path: Path
) -> None:
    await install(database)
    move_away(path)

    for _ in range(2):
        with pytest.raises(GoneError) as caught:
            await database.write(leave_mark)

    assert "Put that very file back" in explain(caught.value)
    assert not is_there(path), "no empty one is made in its place"


@ONLY_SQLITE
async def test_once_the_file_is_back_the_work_goes_on(database: Database, path: Path) -> None:
    await install(database)
    move_away(path)
    with pytest.raises(GoneError):
        await database.write(leave_mark)

    put_back(path)

    await database.write(leave_mark)


@ONLY_SQLITE
async def test_another_file_in_its_place_is_not_taken_for_it(
    database: Database, path: Path
) -> None:
    await install(database)
    replace(path)

    for work in (database.write, database.read):
        with pytest.raises(GoneError, match="another file"):
            await work(leave_mark)


async def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    missing = Database(tmp_path / "missing.sqlite")
    try:
        with pytest.raises(SQLAlchemyError):
            await missing.write(leave_mark)
    finally:
        await missing.close()

    assert not is_there(tmp_path / "missing.sqlite")
