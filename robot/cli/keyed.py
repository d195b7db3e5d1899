"""`linkrobot keys new|rotate`: the keys that the portals' tokens are encrypted with."""

import asyncio
import sys

from robot.cli.shown import looked_at
from robot.settings import load_settings
from robot.store.vault import new_key
from robot.work import rotating
from robot.work.rotating import Rotated

BY_FILE = (
    "{key_file} holds a new key, the old one is gone from it. Copy the file to where you keep the "
    "key, apart from the database. A backup of the database that was made before needs the old "
    "key: keep that one for as long as the backup, or make a new backup now.\n"
)
BY_SETTINGS = (
    "The first key of LINKROBOT_SECRET_KEYS opens all of it: the {old_keys} behind it may be "
    "removed from there now; no restart is needed for that. A backup of the database that was made "
    "before still needs the old ones: keep them for as long as the backup, or make a new one.\n"
)
UNOPENED = (
    "{unopened} secret(s) were left as they are: none of the keys opens them, so they count as "
    "unknown. Bitrix24's next call brings new ones.\n"
)


def new() -> None:
    """Print a new key, for LINKROBOT_SECRET_KEYS. Whoever sees it can read what it encrypts."""
    sys.stdout.write(f"{new_key()}\n")


def rotate() -> None:
    """Encrypt everything at rest with a new key; the app may run meanwhile.

    The key file gets a new key, and loses the old one. Keys in LINKROBOT_SECRET_KEYS stay yours to
    change: everything is encrypted with the first of them. Cut off, it is simply run again.
    """
    done = asyncio.run(rotating.rotate(looked_at(load_settings())))
    sys.stdout.write(_words(done))


def _words(done: Rotated) -> str:
    told = BY_FILE if done.key_file else BY_SETTINGS
    text = f"{done.resealed} secret(s) were encrypted anew.\n"
    text += told.format(key_file=done.key_file, old_keys=done.old_keys)
    return text + (UNOPENED.format(unopened=done.unopened) if done.unopened else "")
