"""The machine: room on the disk, secrets closed to others, enough open files."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from robot.store.vault import KEY_FILE
from robot.work.checks import machine
from robot.work.checks.finding import State
from tests.work.checks.checks_rig import settings

MB, GB = 10**6, 10**9


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder as it should be."""
    made = tmp_path / "data"
    made.mkdir(mode=0o700)
    key = made / KEY_FILE
    key.touch(mode=0o600)
    return made


@pytest.mark.parametrize(
    ("total", "free", "state"),
    [
        pytest.param(40 * GB, 20 * GB, State.WELL, id="half"),
        pytest.param(40 * GB, 1_900 * MB, State.WARNING, id="less than 5 %"),
        pytest.param(2 * GB, 499 * MB, State.FAILED, id="less than 500 MB"),
    ],
)
def test_runs_need_room_on_the_disk(total: int, free: int, state: State) -> None:
    found = machine.disk(Path("data"), total=total, free=free)

    assert found.state is state
    assert bool(found.remedy) == (state is not State.WELL)


@pytest.mark.parametrize(
    ("mode", "state"),
    [(0o700, State.WELL), (0o750, State.WELL), (0o755, State.FAILED), (0o701, State.FAILED)],
)
def test_the_data_folder_is_closed_to_others(folder: Path, mode: int, state: State) -> None:
    folder.chmod(mode)

    assert machine.data_folder(folder).state is state


@pytest.mark.parametrize(
    ("mode", "state"), [(0o600, State.WELL), (0o640, State.WELL), (0o644, State.FAILED)]
)
def test_the_key_file_is_closed_to_others(folder: Path, mode: int, state: State) -> None:
    (folder / KEY_FILE).chmod(mode)

    found = machine.key_file(settings(data_dir=folder))

    assert found.state is state
    assert (str(folder / KEY_FILE) in found.remedy) == (state is State.FAILED)


def test_keys_of_the_settings_need_no_file(folder: Path) -> None:
    (folder / KEY_FILE).unlink()

    without = machine.key_file(settings(data_dir=folder))
    keys = [Fernet.generate_key().decode()]
    by_settings = machine.key_file(settings(data_dir=folder, secret_keys=keys))

    assert (without.state, by_settings.state) == (State.WARNING, State.WELL)


def test_a_settings_file_that_everybody_reads_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.touch(mode=0o600)
    assert machine.env_file(path) == []

    path.chmod(0o644)

    assert [found.state for found in machine.env_file(path)] == [State.WARNING]


@pytest.mark.parametrize(
    ("most", "state"),
    [
        (machine.ALL, State.WELL),
        (524_288, State.WELL),
        (4_095, State.WARNING),
        (1_000, State.FAILED),
    ],
)
def test_connections_need_open_files(most: int, state: State) -> None:
    assert machine.files(most).state is state


def test_without_a_data_folder_nothing_else_is_asked(tmp_path: Path) -> None:
    (found,) = machine.look(settings(data_dir=tmp_path / "nowhere"), open_files=16_384)

    assert found.state is State.FAILED
    assert "LINKROBOT_DATA_DIR" in found.remedy


def test_a_good_folder_is_well(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    found = machine.look(settings(data_dir=folder), open_files=16_384)

    assert {one.state for one in found if one.name != "disk"} == {State.WELL}
