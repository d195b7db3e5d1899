"""The machine: room on the disk, who may read the secrets, how many files may be open."""

import shutil
import stat
from pathlib import Path

from robot.settings import ENV_FILE, PREFIX, Settings
from robot.store.vault import KEY_FILE
from robot.work.checks.finding import Finding, failed, warning, well

LEAST_FREE = 500 * 10**6  # bytes
LEAST_FREE_SHARE = 0.05  # of the disk
FEW_OPEN_FILES, TOO_FEW_OPEN_FILES = 4_096, 1_024
OTHERS = stat.S_IRWXO
ALL = -1  # resource.RLIM_INFINITY


def look(settings: Settings, *, open_files: int) -> list[Finding]:
    """All checks of the machine; `open_files` is the most that a process may have (hard limit)."""
    folder = settings.data_dir
    if settings.is_shared:  # nothing of ours lies on this disk
        return [key_file(settings), *env_file(Path(ENV_FILE)), files(open_files)]
    if not folder.is_dir():
        return [
            failed(
                "data folder",
                f"There is no folder {folder.absolute()}.",
                "Start this in the folder where Linkrobot runs, or set "
                f"{PREFIX}DATA_DIR as it has it. Before the first `serve` there is none.",
            )
        ]
    usage = shutil.disk_usage(folder)
    return [
        disk(folder, total=usage.total, free=usage.free),
        data_folder(folder),
        key_file(settings),
        *env_file(Path(ENV_FILE)),
        files(open_files),
    ]


def disk(folder: Path, *, total: int, free: int) -> Finding:
    """Whether runs can be stored for a while to come; in bytes."""
    name = "disk"
    text = f"{free // 10**6:,} MB are free for {folder} ({free / total:.0%})."
    remedy = (
        "Make room, or move the data folder to a larger disk. A run that cannot be stored is "
        "refused, and Bitrix24 does not send it again."
    )
    if free < LEAST_FREE:
        return failed(name, text, remedy)
    if free < total * LEAST_FREE_SHARE:
        return warning(name, text, remedy)
    return well(name, text)


def data_folder(folder: Path) -> Finding:
    """Nobody but its owner (and the owner's group) may look into it."""
    name, shown = "data folder", _mode(folder)
    if folder.stat().st_mode & OTHERS:
        text = f"Everybody on this machine may look into {folder} ({shown})."
        return failed(name, text, f"chmod 700 {folder}")
    return well(name, f"{folder} is closed to others ({shown}).")


def key_file(settings: Settings) -> Finding:
    """Whoever reads the key and the database can act in every portal."""
    name, path = "key file", settings.data_dir / KEY_FILE
    if settings.secret_keys:
        return well(name, f"The keys come from {PREFIX}SECRET_KEYS.")
    if not path.exists():
        return warning(
            name,
            f"There is no {path} yet.",
            "The first `linkrobot serve` makes it. If Linkrobot ran before, put it back from your "
            "backup.",
        )
    if path.stat().st_mode & OTHERS:
        text = f"Everybody on this machine may read {path} ({_mode(path)})."
        return failed(name, text, f"chmod 600 {path}")
    return well(name, f"{path} is closed to others ({_mode(path)}).")


def env_file(path: Path) -> list[Finding]:
    """The file with the application's key, where there is one."""
    if not path.exists() or not path.stat().st_mode & OTHERS:
        return []
    text = f"Everybody on this machine may read {path.absolute()} ({_mode(path)})."
    return [warning("settings file", text, f"chmod 600 {path.absolute()}")]


def files(most: int) -> Finding:
    """Each connection is an open file; `serve` raises its own limit as far as it may."""
    name = "open files"
    if most == ALL:
        return well(name, "A process may have as many files open as it likes.")
    text = f"A process may have {most:,} files open."
    remedy = "Raise the limit: `LimitNOFILE=16384` in the systemd unit, `ulimits` in compose.yaml."
    if most < TOO_FEW_OPEN_FILES:
        return failed(name, text, remedy)
    if most < FEW_OPEN_FILES:
        return warning(name, text, remedy)
    return well(name, text)


def _mode(path: Path) -> str:
    return stat.filemode(path.stat().st_mode)
