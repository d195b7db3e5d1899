"""A disk of its own for a test: small, so that it can be filled, or taken for reading only."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.skipping import skip

SIZE = 16 * 1024 * 1024  # bytes


class SmallDisk:
    """A file system in memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._filler = path / "filler"

    def fill(self) -> None:
        """Not one byte is free any more."""
        with self._filler.open("wb", buffering=0) as file:
            for size in (65_536, 1):
                try:
                    while file.write(b"x" * size):
                        pass
                except OSError:
                    continue

    def free(self) -> None:
        """Somebody tidied up."""
        self._filler.unlink()

    def allow_writing(self, *, allowed: bool) -> None:
        """Mounted anew: for writing, or for reading only."""
        _mount("-o", f"remount,{'rw' if allowed else 'ro'}", str(self.path))


@contextmanager
def small_disk(path: Path) -> Iterator[SmallDisk]:
    """Mount it at that folder; skipped where nobody may mount."""
    path.mkdir()
    try:
        _mount("-t", "tmpfs", "-o", f"size={SIZE},mode=700", "tmpfs", str(path))
    except (OSError, subprocess.CalledProcessError):
        skip("a full disk loses nothing", missing="root, to mount a small file system")
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)  # noqa: S607


def _mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True, capture_output=True)  # noqa: S607
