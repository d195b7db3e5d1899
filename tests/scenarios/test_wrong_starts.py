"""A database that is not as it should be at start: one sentence with the remedy, no harm done."""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from robot.settings import Settings
from robot.work.opening import open_tools, working_alone
from tests.programs import App, Done
from tests.scenarios.small_disk import small_disk
from tests.scenarios.waiting import at_once

NAME = "linkrobot.sqlite"


def missing(folder: Path) -> None:
    (folder / NAME).unlink()


def some_other_file(folder: Path) -> None:
    (folder / NAME).write_bytes(b"this is no database" * 1_000)


def cut_short(folder: Path) -> None:
    os.truncate(folder / NAME, (folder / NAME).stat().st_size // 2)


def damaged_inside(folder: Path) -> None:
    with (folder / NAME).open("r+b") as file:
        file.seek(4096 * 6)
        file.write(b"\xff" * 4096 * 3)


def of_a_newer_version(folder: Path) -> None:
    with closing(sqlite3.connect(folder / NAME)) as conn, conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")


def of_an_older_version_that_never_was(folder: Path) -> None:
    with closing(sqlite3.connect(folder / NAME)) as conn, conn:
        conn.execute("DELETE FROM alembic_version")


# What is wrong -> how it came to that, and the words that say so and what to do.
WRONG: dict[str, tuple[Callable[[Path], None], tuple[str, ...]]] = {
    "it is missing": (missing, ("There is no database", "secret.key", "backup")),
    "it is some other file": (some_other_file, ("not a database", "backup")),
    "it was cut short": (cut_short, ("malformed", "backup")),
    "it is damaged inside": (damaged_inside, ("backup",)),
    "it is newer": (of_a_newer_version, ("newer Linkrobot", "9999")),
    "it lost its schema": (of_an_older_version_that_never_was, ("There is no database", "empty")),
}


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an app that was stopped."""
    folder = tmp_path_factory.mktemp("used")

    async def use() -> None:
        with working_alone(folder):
            async with open_tools(Settings(data_dir=folder, _env_file=None)):  # type: ignore[call-arg]
                pass

    asyncio.run(use())
    return folder


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    app = App(tmp_path_factory.mktemp("wrong") / "app", "https://oauth.bitrix.info")
    app.folder.mkdir()
    try:
        yield app
    finally:
        app.end()


@pytest.fixture(scope="module")
def refused(app: App, used: Path) -> dict[str, tuple[Done, Path, dict[str, bytes]]]:
    """What is wrong -> what `serve` said, the folder, and what it held before."""
    folders = {}
    for name, (spoil, _) in WRONG.items():
        folders[name] = app.folder / name.replace(" ", "-")
        shutil.copytree(used, folders[name])
        spoil(folders[name])
    held = {name: contents(folder) for name, folder in folders.items()}
    commands = [partial(serve, app, folder) for folder in folders.values()]
    said = at_once(*commands)
    return dict(zip(WRONG, zip(said, folders.values(), held.values(), strict=True), strict=True))


def serve(app: App, folder: Path) -> Done:
    return app.command("serve", LINKROBOT_DATA_DIR=str(folder))


def contents(folder: Path) -> dict[str, bytes]:
    """Everything but SQLite's own lists of its readers."""
    return {
        file.name: file.read_bytes()
        for file in folder.iterdir()
        if not file.name.endswith(("-shm", "-wal"))
    }


def is_one_sentence(done: Done) -> bool:
    return done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("wrong", WRONG)
def test_it_is_refused_in_one_sentence_with_the_remedy(
    refused: dict[str, tuple[Done, Path, dict[str, bytes]]], wrong: str
) -> None:
    done, folder, before = refused[wrong]

    assert is_one_sentence(done), done.stderr
    for word in WRONG[wrong][1]:
        assert word in done.stderr
    assert contents(folder) == before, "nothing was changed"


def test_a_start_while_another_program_holds_the_database_is_refused(
    app: App, used: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "held"
    shutil.copytree(used, folder)
    with closing(sqlite3.connect(folder / NAME)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = serve(app, folder)

    assert is_one_sentence(done), done.stderr
    assert "locked" in done.stderr
    assert "End the other program that holds it; then start again." in done.stderr


def test_a_start_on_a_full_or_read_only_disk_is_refused(
    app: App, used: Path, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk") as disk:
        empty, full = disk.path / "empty", disk.path / "full"
        empty.mkdir()
        shutil.copytree(used, full)
        disk.fill()
        on_full = at_once(partial(serve, app, empty), partial(serve, app, full))
        disk.free()
        disk.allow_writing(allowed=False)
        read_only = serve(app, full)

    for done in on_full:
        assert is_one_sentence(done), done.stderr
        assert "Free some space" in done.stderr
    assert is_one_sentence(read_only), read_only.stderr
    assert "for writing" in read_only.stderr


def test_migrate_says_what_it_did(app: App, used: Path, tmp_path: Path) -> None:
    folder = tmp_path / "used"
    shutil.copytree(used, folder)

    done = app.command("migrate", LINKROBOT_DATA_DIR=str(folder))

    assert done.returncode == 0, done.stderr
    assert "is up to date" in done.stdout
    assert "Nothing was done" in done.stdout


def test_migrate_does_nothing_while_the_app_works(app: App, used: Path, tmp_path: Path) -> None:
    folder = tmp_path / "used"
    shutil.copytree(used, folder)
    with working_alone(folder):
        done = app.command("migrate", LINKROBOT_DATA_DIR=str(folder))

    assert is_one_sentence(done), done.stderr
    assert "already works on the data folder" in done.stderr
