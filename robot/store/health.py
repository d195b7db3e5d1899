"""Whether a database file is whole. It is only read, and may be in use meanwhile."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from robot.errors import SettingsError

LOOKED_AT_FOR = 10.0  # seconds; a large file on a slow disk is not read to its end
_STEPS = 10_000  # of SQLite's machine, between two looks at the clock


def damage(path: Path, *, within: float = LOOKED_AT_FOR) -> str | None:
    """What SQLite finds wrong; empty where the file is whole, None where time was too short.

    Blocking.

    Raises:
        SettingsError: the file cannot be read, which says nothing of what is in it.
    """
    ends_at = time.monotonic() + within
    try:
        with closing(sqlite3.connect(path)) as conn:
            conn.execute("PRAGMA query_only = ON")
            conn.set_progress_handler(lambda: time.monotonic() > ends_at, _STEPS)
            (found,) = conn.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return None
        raise SettingsError(
            f"{path} cannot be read ({error}). Run this as the user that runs Linkrobot, and look "
            "whether the disk works and has room."
        ) from None
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if found == "ok" else str(found)
