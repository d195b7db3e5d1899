"""The database's schema: made, held to the code, brought up to date, never harmed."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from robot.errors import SettingsError
from robot.store import schema
from robot.store.tables import metadata

MIGRATIONS = Path(schema.__file__).parent / "migrations"


def set_revision(path: Path, revision: str) -> None:
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("UPDATE alembic_version SET version_num = ?", (revision,))


def names(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as conn:
        rows = conn.execute("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
        return {row[0] for row in rows}


def test_the_migrations_make_exactly_the_tables_of_the_code(tmp_path: Path) -> None:
    schema.prepare(tmp_path / "made.sqlite")
    engine = create_engine(f"sqlite:///{tmp_path}/made.sqlite")
    with engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
    engine.dispose()

    assert differences == []


def test_constraints_and_partial_indexes_are_those_of_the_code(tmp_path: Path) -> None:
    schema.prepare(tmp_path / "migrated.sqlite")
    engine = create_engine(f"sqlite:///{tmp_path}/created.sqlite")
    metadata.create_all(engine)
    engine.dispose()

    def indexes(path: Path) -> set[tuple[str, str]]:
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        with closing(sqlite3.connect(path)) as conn:
            rows = conn.execute(query)
            return {(name, "".join(sql.lower().split())) for name, sql in rows}

    found = indexes(tmp_path / "migrated.sqlite")
    assert {name for name, _ in found} >= {"links_open", "runs_waiting"}
    made = indexes(tmp_path / "created.sqlite")
    assert {name: "where" in sql for name, sql in found} == {
        name: "where" in sql for name, sql in made
    }


def test_a_runs_number_is_never_given_again(tmp_path: Path) -> None:
    schema.prepare(tmp_path / "made.sqlite")
    with closing(sqlite3.connect(tmp_path / "made.sqlite")) as conn:
        (sql,) = conn.execute("SELECT sql FROM sqlite_master WHERE name = 'runs'").fetchone()

    assert "AUTOINCREMENT" in sql.upper()


def test_the_head_that_the_code_names_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    assert ScriptDirectory.from_config(config).get_heads() == [schema.HEAD]


def test_the_folder_is_made_where_it_is_missing(tmp_path: Path) -> None:
    schema.prepare(tmp_path / "not" / "there" / "linkrobot.sqlite")

    assert "runs" in names(tmp_path / "not" / "there" / "linkrobot.sqlite")


def test_a_database_that_is_up_to_date_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "linkrobot.sqlite"
    schema.prepare(path)
    before = path.read_bytes()

    schema.prepare(path)

    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_database_of_a_newer_version_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "linkrobot.sqlite"
    schema.prepare(path)
    set_revision(path, "9999")
    before = path.read_bytes()

    with pytest.raises(SettingsError, match="newer Linkrobot"):
        schema.prepare(path)

    assert path.read_bytes() == before


def test_a_database_without_a_schema_is_given_one(tmp_path: Path) -> None:
    path = tmp_path / "linkrobot.sqlite"
    path.touch()

    schema.prepare(path)

    assert "runs" in names(path)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"this is no database" * 1_000, id="some other file"),
        pytest.param(b"SQLite format 3\x00" + b"\xff" * 5_000, id="a header and rubbish"),
    ],
)
def test_a_damaged_file_is_refused_with_the_remedy(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "linkrobot.sqlite"
    path.write_bytes(content)

    with pytest.raises(SettingsError, match="backup"):
        schema.prepare(path)

    assert path.read_bytes() == content


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        schema.prepare(tmp_path)
