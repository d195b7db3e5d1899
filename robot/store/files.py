"""What makes a new or renamed file survive a power cut."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """The names of its files are on disk when this returns. Blocking."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
