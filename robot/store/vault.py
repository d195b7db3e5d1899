"""Secrets at rest: Fernet ciphertexts that name their owner, and where the keys come from.

Fernet has no associated data, so each ciphertext carries its portal's `member_id` inside and is
worthless in another portal's row.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from robot.errors import RobotError, SettingsError

KEY_FILE = "secret.key"
CHECK_OWNER = "linkrobot"
_OWNER = "@"


class UnopenedError(RobotError):
    """A secret that none of our keys opens, or that belongs to another portal."""


class Vault:
    """Seals with the first key, opens with any."""

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            raise SettingsError(
                "A secret key is not a Fernet key (44 characters of base64). Look at "
                "LINKROBOT_SECRET_KEYS or the key file."
            ) from None

    def seal(self, member_id: str, secrets: Mapping[str, Any]) -> bytes:
        """Encrypt the secrets of one portal."""
        return self._fernet.encrypt(json.dumps({**secrets, _OWNER: member_id}).encode())

    def open(self, member_id: str, sealed: bytes) -> dict[str, Any]:
        """What was sealed for this portal.

        Raises:
            UnopenedError: by another key, or for another portal.
        """
        try:
            secrets = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise UnopenedError("none of the keys opens this secret") from None
        if not isinstance(secrets, dict) or secrets.pop(_OWNER, None) != member_id:
            raise UnopenedError("this secret belongs to another portal")
        return secrets


def read_keys(keys: Sequence[str], data_dir: Path, *, is_new: bool) -> Sequence[str]:
    """The keys of the settings, else of the key file; made once, with an empty database only.

    Raises:
        SettingsError: the database holds something, and there is no key to read it with.
    """
    if keys:
        return keys
    path = data_dir / KEY_FILE
    if not path.exists():
        if not is_new:
            raise SettingsError(
                f"The key file {path} is missing, but the database is not empty: without its key "
                "no token in it can be read. Put the file back from your backup, or set "
                "LINKROBOT_SECRET_KEYS. If the key is lost for good, move the database away and "
                "open the application once in each Bitrix24, which installs it anew."
            )
        _make_key(path)
    return path.read_text(encoding="ascii", errors="replace").split()


def _make_key(path: Path) -> None:
    """Written and synced before its first use; readable by its owner only."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(Fernet.generate_key() + b"\n")
        file.flush()
        os.fsync(file.fileno())
