"""Secrets at rest: Fernet ciphertexts that name their owner, and where the keys come from.

Fernet has no associated data, so each ciphertext carries its portal's `member_id` inside and is
worthless in another portal's row.

`linkrobot keys rotate` changes the key file while the app works: see `Vault`.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from robot.errors import RobotError, SettingsError
from robot.store.files import sync_folder

KEY_FILE = "secret.key"
# Of the check values: which keys are needed to start, and which ones whoever works has.
CHECK_NAME, WORKER_NAME, CHECK_OWNER = "key", "worker", "linkrobot"
_OWNER = "@"
_NO_KEY = "none of the keys opens this secret"


class UnopenedError(RobotError):
    """A secret that none of our keys opens, or that belongs to another portal."""


class Vault:
    """Seals with the first key, opens with any.

    A `key_file` is read again where it has changed, before a secret is sealed and before one is
    called unopened. A key once known is never forgotten: rows that were read before a rotation
    are opened after it.

    Seal only inside a transaction that writes. Writers take turns, so whoever has changed the
    file and then had a turn knows that nobody seals with an older key any more.
    """

    def __init__(self, keys: Sequence[str], key_file: Path | None = None) -> None:
        self.key_file = key_file
        self._keys = tuple(keys)
        self._fernet = _fernet(self._keys)
        self._seen: tuple[int, int] | None = None  # the key file as it was read last

    @property
    def keys(self) -> tuple[str, ...]:
        """As far as they are known by now."""
        return self._keys

    def seal(self, member_id: str, secrets: Mapping[str, Any]) -> bytes:
        """Encrypt the secrets of one portal."""
        self._learn()
        return self._fernet.encrypt(json.dumps({**secrets, _OWNER: member_id}).encode())

    def open(self, member_id: str, sealed: bytes) -> dict[str, Any]:
        """What was sealed for this portal.

        Raises:
            UnopenedError: by another key, or for another portal.
        """
        secrets = json.loads(self._decrypt(sealed))
        if not isinstance(secrets, dict) or secrets.pop(_OWNER, None) != member_id:
            raise UnopenedError("this secret belongs to another portal")
        return secrets

    def is_current(self, sealed: bytes) -> bool:
        """Whether the first key sealed it."""
        try:
            Fernet(self._keys[0]).decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def reseal(self, sealed: bytes) -> bytes:
        """The same secret of the same owner, sealed with the first key.

        Raises:
            UnopenedError: none of the keys opens it.
        """
        try:
            return self._fernet.rotate(sealed)
        except InvalidToken:
            raise UnopenedError(_NO_KEY) from None

    def _decrypt(self, sealed: bytes) -> bytes:
        fernet = self._fernet
        try:
            return fernet.decrypt(sealed)
        except InvalidToken:
            self._learn()
            if self._fernet is fernet:
                raise UnopenedError(_NO_KEY) from None
            return self._decrypt(sealed)

    def _learn(self) -> None:
        """Read the key file again where it has changed; whatever it holds, our keys stay.

        The event loop and the database's threads may do so at once: `_seen` is set last, so that
        nobody takes the file for read while its keys are not there yet.
        """
        if self.key_file is None:
            return
        try:
            status = self.key_file.stat()
            seen = status.st_ino, status.st_mtime_ns
            if seen == self._seen:
                return
            found = _read(self.key_file)
            keys = (*found, *(key for key in self._keys if key not in found))
            fernet = _fernet(keys)
        except (OSError, SettingsError):
            return
        if keys != self._keys:
            self._keys, self._fernet = keys, fernet
        self._seen = seen


def _fernet(keys: Sequence[str]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        raise SettingsError(
            "A secret key is not a Fernet key (44 characters of base64). Look at "
            "LINKROBOT_SECRET_KEYS or the key file."
        ) from None


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
                "LINKROBOT_SECRET_KEYS. If the key is lost for good, docs/operating.md says how to "
                "begin anew (The data folder)."
            )
        _write(path, [new_key()])
    return _read(path)


def new_key() -> str:
    """A key that nobody else has."""
    return Fernet.generate_key().decode()


def replace_key_file(path: Path, keys: Sequence[str]) -> None:
    """Put these keys in the place of what is there: all or nothing, whenever the power fails.

    The file's owner stays, also where an administrator does this for him.
    """
    path = path.resolve()
    before = path.stat()
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)  # of a rotation that was cut off
    _write(new, keys, owner=(before.st_uid, before.st_gid))
    new.replace(path)
    sync_folder(path.parent)


def _read(path: Path) -> list[str]:
    return path.read_text(encoding="ascii", errors="replace").split()


def _write(path: Path, keys: Sequence[str], *, owner: tuple[int, int] | None = None) -> None:
    """Written and synced before its first use; readable by its owner only."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        if owner:
            os.fchown(descriptor, *owner)
        file.writelines(f"{key}\n" for key in keys)
        file.flush()
        os.fsync(descriptor)
