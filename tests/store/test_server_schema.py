"""The schema in PostgreSQL: made once, whoever comes; an older program may be let in."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, inspect, text

from robot.errors import SettingsError
from robot.store import postgresql as engines
from robot.store import schema, server_schema
from robot.store.tables import check_values, metadata
from tests.postgres import Server
from tests.store.test_schema_upgrade import FAILS, next_version

PASSWORD = "made-up-password"
PREPARE = """
import sys
from robot.settings import Settings
from robot.store import server_schema
settings = Settings(database_url=sys.argv[1], _env_file=None)
print(server_schema.prepare(settings.database))
"""


@pytest.fixture
def empty(postgresql: Server) -> Iterator[URL]:
    url = postgresql.create_empty()
    yield url
    postgresql.drop(url)


def do(url: URL, order: str) -> None:
    engine = engines.engine(url)
    with engine.begin() as conn:
        conn.execute(text(order))


def tables(url: URL) -> set[str]:
    engine = engines.engine(url)
    with engine.begin() as conn:
        return set(inspect(conn).get_table_names())


def test_the_migrations_make_exactly_the_tables_of_the_code(empty: URL) -> None:
    server_schema.prepare(empty)

    with engines.engine(empty).begin() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        columns = {column["name"]: column["type"] for column in inspect(conn).get_columns("runs")}
    assert {str(columns[name]) for name in ("inputs", "chosen", "outcome")} == {"JSONB"}
    assert str(columns["document_id"]) == "TEXT"


def test_what_is_done_is_not_done_again(empty: URL) -> None:
    assert server_schema.prepare(empty) == schema.Upgrade(before="", copy=None)
    assert server_schema.prepare(empty) is None
    server_schema.check(empty)
    assert server_schema.revision_of(empty) == "0005"


def test_of_many_that_start_at_once_one_makes_the_tables(empty: URL) -> None:
    address = empty.render_as_string(hide_password=False).replace("+psycopg", "")
    command = [sys.executable, "-c", PREPARE, address]
    environment = {name: value for name, value in os.environ.items() if "LINKROBOT" not in name}

    def start(_number: int) -> str:
        done = subprocess.run(
            command, check=True, timeout=60, env=environment, capture_output=True, text=True
        )
        return done.stdout.splitlines()[-1]

    with ThreadPoolExecutor(3) as programs:
        said = list(programs.map(start, range(3)))

    assert sorted(one == "None" for one in said) == [False, True, True]


def test_a_migration_that_fails_changes_nothing(
    empty: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server_schema.prepare(empty)
    next_version(tmp_path / "next", monkeypatch, FAILS)

    with pytest.raises(SettingsError, match="cannot be used"):
        server_schema.prepare(empty)

    assert server_schema.revision_of(empty) == "0005"
    assert "paints" not in tables(empty)


def test_a_new_version_brings_it_up_to_date_and_who_only_looks_does_not(
    empty: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server_schema.prepare(empty)
    next_version(tmp_path / "next", monkeypatch)

    with pytest.raises(SettingsError, match="linkrobot migrate"):
        server_schema.check(empty)

    assert server_schema.prepare(empty) == schema.Upgrade(before="0005", copy=None)
    assert "paints" in tables(empty)


def test_a_migration_says_that_an_older_program_may_live_with_it(
    empty: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server_schema.prepare(empty)
    with monkeypatch.context() as newer:
        migrations = next_version(tmp_path / "next", newer, "lives_with('0001', revision=revision)")
        file = migrations / "versions" / "0006_colours.py"
        importing = "from robot.store.migrations.living import lives_with\n"
        file.write_text(importing + file.read_text())
        server_schema.prepare(empty)

    assert server_schema.revision_of(empty) == "0006"
    server_schema.check(empty)
    assert server_schema.prepare(empty) is None


@pytest.mark.parametrize(
    ("said", "is_let_in"),
    [
        pytest.param(None, False, id="it says nothing"),
        pytest.param(b"9999 0001", True, id="older ones may live with it"),
        pytest.param(b"9998 9999", False, id="only later ones than we"),
        pytest.param(b"9998 0001", False, id="an earlier migration said so"),
    ],
)
def test_a_newer_schema_says_whether_an_older_program_may_work_on_it(
    empty: URL, said: bytes | None, is_let_in: bool
) -> None:
    server_schema.prepare(empty)
    do(empty, "UPDATE alembic_version SET version_num = '9999'")
    do(empty, "DELETE FROM check_values")
    if said:
        with engines.engine(empty).begin() as conn:
            row = check_values.insert().values(name=server_schema.COMPATIBLE_FROM, value=said)
            conn.execute(row)

    if is_let_in:
        assert server_schema.prepare(empty) is None
        server_schema.check(empty)
    else:
        for look in (server_schema.prepare, server_schema.check):
            with pytest.raises(SettingsError, match="newer Linkrobot"):
                look(empty)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"database": "nowhere"}, "CREATE DATABASE", id="no such database"),
        pytest.param({"username": "nobody"}, "LINKROBOT_DATABASE_URL", id="no such user"),
        pytest.param({"query": {}, "host": "127.0.0.1", "port": 1}, "reached", id="no server"),
        pytest.param({"query": {}, "host": "no.such.invalid"}, "reached", id="no host"),
        pytest.param({"query": {"sslmod": "x"}}, "cannot be used", id="a misspelt option"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_with_a_remedy_and_no_password(
    empty: URL, changes: dict[str, object], said: str
) -> None:
    wrong = empty.set(password=PASSWORD).set(**changes)  # type: ignore[arg-type]

    with pytest.raises(SettingsError) as caught:
        server_schema.prepare(wrong)

    assert said in str(caught.value)
    assert "then start again" in str(caught.value) or "cannot be used" in str(caught.value)
    assert PASSWORD not in f"{caught.value!r}{caught.value.__cause__!r}"
