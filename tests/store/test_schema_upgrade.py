"""A new version's migration: copied before, all of it or nothing, never by two at once."""

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from robot.errors import SettingsError
from robot.store import copies, schema

NEXT = """
import os, signal
from alembic import op
import sqlalchemy as sa

revision = "0006"
down_revision = "0005"


def upgrade():
    op.add_column("runs", sa.Column("colour", sa.String(8)))
    op.create_table("paints", sa.Column("name", sa.String(8), primary_key=True))
    {end}
"""
FAILS, DIES = "op.drop_table('not_there')", "os.kill(os.getpid(), signal.SIGKILL)"
MIGRATE = """
import sys
from pathlib import Path
from robot.store import schema
schema.HEAD, schema._MIGRATIONS = "0006", Path(sys.argv[2])
schema.prepare(Path(sys.argv[1]))
"""
OURS = ("kept", "late")  # of the rows of check_values
PORTAL = (
    "INSERT INTO portals (member_id, endpoint, client_id, user_id, installed_at) "
    "VALUES (?, 'https://acme.bitrix24.com/rest/', 'local.1', 1, '2026-11-24')"
)
RUN = (
    "INSERT INTO runs (portal_id, code, source, user_id, document_id, inputs, wants_reply, "
    "sent_at, received_at, deadline_at, event_hash, state, due_at) VALUES (?, 'x', 'robot', 7, "
    "'DEAL_7', '{}', 1, '2026-11-24', '2026-11-24', '2026-11-24', x'00', 'received', '2026-11-24')"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database of this version, with a row in it."""
    found = tmp_path / "linkrobot.sqlite"
    schema.prepare(found)
    with closing(sqlite3.connect(found)) as conn, conn:
        conn.execute("PRAGMA journal_mode=WAL")
        conn.execute("INSERT INTO check_values (name, value) VALUES ('kept', x'00')")
    return found


def next_version(folder: Path, monkeypatch: pytest.MonkeyPatch, end: str = "") -> Path:
    """As a next release: one migration more. Its folder."""
    migrations = folder / "migrations"
    shutil.copytree(schema._MIGRATIONS, migrations)
    (migrations / "versions" / "0006_colours.py").write_text(NEXT.format(end=end))
    monkeypatch.setattr(schema, "HEAD", "0006")
    monkeypatch.setattr(schema, "_MIGRATIONS", migrations)
    return migrations


def look(path: Path) -> tuple[str, bool, list[str]]:
    """Its revision, whether it has the new table, its rows."""
    with closing(sqlite3.connect(path)) as conn:
        tables = {row[0] for row in conn.execute("SELECT name FROM sqlite_master")}
        rows = [row[0] for row in conn.execute("SELECT name FROM check_values") if row[0] in OURS]
    return schema.revision_of(path), "paints" in tables, rows


def test_a_database_with_rows_is_migrated_and_copied_before(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    next_version(tmp_path / "next", monkeypatch)
    with closing(sqlite3.connect(path)) as killed:  # it left its last row in the write-ahead log
        with killed:
            killed.execute("INSERT INTO check_values (name, value) VALUES ('late', x'00')")

        upgrade = schema.prepare(path)

    copy = path.with_name("linkrobot.sqlite.before-0006")
    assert upgrade == schema.Upgrade(before="0005", copy=copy)
    assert look(path) == ("0006", True, ["kept", "late"])
    assert look(copy) == ("0005", False, ["kept", "late"])
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*.part*"))


def test_a_copy_is_made_only_where_there_is_something_to_migrate(path: Path) -> None:
    assert schema.prepare(path) is None
    assert copies.of(path) == []


def test_a_copy_never_takes_the_place_of_another_and_the_last_few_are_kept(path: Path) -> None:
    made = [copies.make(path, before="0006") for _ in range(5)]

    assert len(set(made)) >= copies.KEPT
    assert set(copies.of(path)) == set(made[-copies.KEPT :])


def test_a_migration_that_fails_changes_nothing(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    next_version(tmp_path / "next", monkeypatch, FAILS)

    with pytest.raises(SettingsError, match="left as it is"):
        schema.prepare(path)

    assert look(path) == ("0005", False, ["kept"])


def test_a_migration_that_is_killed_in_the_middle_is_done_at_the_next_start(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrations = next_version(tmp_path / "next", monkeypatch, DIES)
    command = [sys.executable, "-c", MIGRATE, str(path), str(migrations)]
    killed = subprocess.run(command, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert look(path) == ("0005", False, ["kept"])
    (migrations / "versions" / "0006_colours.py").write_text(NEXT.format(end=""))
    shutil.rmtree(migrations / "versions" / "__pycache__", ignore_errors=True)

    schema.prepare(path)

    assert look(path) == ("0006", True, ["kept"])


def test_a_damaged_database_is_not_migrated(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    next_version(tmp_path / "next", monkeypatch)
    with path.open("r+b") as file:
        file.seek(4096 * 6)
        file.write(b"\xff" * 4096 * 3)
    before = path.read_bytes()

    with pytest.raises(SettingsError, match="backup"):
        schema.prepare(path)

    assert path.read_bytes() == before
    assert copies.of(path) == []


def test_a_locked_database_is_said_to_be_locked(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    next_version(tmp_path / "next", monkeypatch)
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(SettingsError, match="locked"):
            schema.prepare(path)

    assert look(path) == ("0005", False, ["kept"])


def test_whoever_only_looks_migrates_nothing(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema.check(path)
    next_version(tmp_path / "next", monkeypatch)

    with pytest.raises(SettingsError, match="linkrobot migrate"):
        schema.check(path)

    assert look(path) == ("0005", False, ["kept"])


def test_a_damaged_page_is_found_at_start(path: Path) -> None:
    schema.look_through(path)
    with path.open("r+b") as file:
        file.seek(4096 * 6)
        file.write(b"\xff" * 4096 * 3)

    with pytest.raises(SettingsError, match="backup"):
        schema.look_through(path)


def test_a_database_that_was_cut_short_is_refused(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)

    with pytest.raises(SettingsError, match="backup"):
        schema.prepare(path)


def test_the_first_versions_rows_keep_what_they_were(tmp_path: Path) -> None:
    old = tmp_path / "old.sqlite"
    config = Config()
    config.set_main_option("script_location", str(schema._MIGRATIONS))
    engine = create_engine(f"sqlite:///{old}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    with closing(sqlite3.connect(old)) as conn, conn:
        conn.execute(PORTAL, (1,))
        conn.execute(RUN, (1,))

    upgrade = schema.prepare(old)

    assert upgrade == schema.Upgrade(before="0001", copy=old.with_name("old.sqlite.before-0005"))
    with closing(sqlite3.connect(old)) as conn, conn:
        conn.execute(PORTAL, (2,))  # as the version before would
        conn.execute(RUN, (2,))
        assert conn.execute("SELECT id, has_page FROM portals").fetchall() == [(1, 0), (2, 0)]
        found = conn.execute("SELECT user_id, own_tokens_only FROM runs").fetchall()
    assert found == [(7, 0), (7, 0)]
