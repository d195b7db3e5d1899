"""`linkrobot migrate` brings the database up to date and says what it did."""

from pathlib import Path

import pytest

from robot.cli.migrating import migrate
from robot.errors import SettingsError
from robot.store import schema
from tests.store.test_schema_upgrade import next_version


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this version's database is."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LINKROBOT_DATA_DIR", str(tmp_path))
    return tmp_path / "linkrobot.sqlite"


def test_an_older_database_is_brought_up_to_date_and_copied_before(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    schema.prepare(path)
    next_version(path.parent / "next", monkeypatch)

    migrate()

    said = capsys.readouterr().out
    assert "from schema 0005 to 0006" in said
    assert f"{path}.before-0006" in said
    assert schema.revision_of(path) == "0006"


def test_a_second_time_nothing_is_done(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema.prepare(path)

    migrate()

    assert "Nothing was done" in capsys.readouterr().out


def test_without_a_database_none_is_made(path: Path) -> None:
    with pytest.raises(SettingsError, match="no database"):
        migrate()

    assert list(path.parent.iterdir()) == []
