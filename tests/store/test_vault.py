"""Secrets at rest: opened with our keys only, and only as the secrets of their own portal."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from robot.errors import SettingsError
from robot.store.vault import KEY_FILE, UnopenedError, Vault, read_keys, replace_key_file
from tests.store.store_rig import MEMBER, OTHER_MEMBER

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_what_was_sealed_is_opened() -> None:
    vault = Vault([NEW])

    sealed = vault.seal(MEMBER, {"access": "a", "expires": 5, "ü": None})

    assert vault.open(MEMBER, sealed) == {"access": "a", "expires": 5, "ü": None}
    assert b"access" not in sealed


def test_a_ciphertext_is_worthless_in_another_portals_row() -> None:
    vault = Vault([NEW])

    with pytest.raises(UnopenedError, match="another portal"):
        vault.open(OTHER_MEMBER, vault.seal(MEMBER, {"access": "a"}))


def test_secrets_cannot_claim_another_owner() -> None:
    vault = Vault([NEW])

    sealed = vault.seal(MEMBER, {"@": OTHER_MEMBER})

    with pytest.raises(UnopenedError):
        vault.open(OTHER_MEMBER, sealed)


def test_after_a_rotation_old_secrets_open_and_new_ones_need_the_new_key() -> None:
    old, both, new = Vault([OLD]), Vault([NEW, OLD]), Vault([NEW])

    assert both.open(MEMBER, old.seal(MEMBER, {"a": 1})) == {"a": 1}
    assert new.open(MEMBER, both.seal(MEMBER, {"a": 1})) == {"a": 1}


@pytest.mark.parametrize("sealed", [b"", b"x", b"gAAAAA" + b"A" * 100])
def test_what_none_of_the_keys_opens_is_an_error(sealed: bytes) -> None:
    with pytest.raises(UnopenedError):
        Vault([NEW]).open(MEMBER, sealed)


@pytest.mark.parametrize("keys", [[], [""], ["short"], [NEW, "x" * 44], ["ключ" * 11]])
def test_what_is_no_key_is_refused_and_not_repeated(keys: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        Vault(keys)

    assert not any(key and key in str(caught.value) for key in keys)


def test_a_new_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    (key,) = read_keys([], tmp_path, is_new=True)

    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert read_keys([], tmp_path, is_new=True) == [key]
    Vault([key])


def test_the_settings_outweigh_the_file(tmp_path: Path) -> None:
    read_keys([], tmp_path, is_new=True)

    assert read_keys([NEW], tmp_path, is_new=False) == [NEW]


def test_a_missing_key_is_never_made_anew(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="LINKROBOT_SECRET_KEYS"):
        read_keys([], tmp_path, is_new=False)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe\x00rubbish", b"too short\n"])
def test_a_damaged_key_file_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / KEY_FILE).write_bytes(content)

    with pytest.raises(SettingsError):
        Vault(read_keys([], tmp_path, is_new=False))


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """A key file that holds the old key."""
    path = tmp_path / KEY_FILE
    path.write_text(f"{OLD}\n", encoding="ascii")
    return path


def test_whoever_reads_the_key_file_seals_with_the_new_key_as_soon_as_it_is_there(
    key_file: Path,
) -> None:
    vault = Vault([OLD], key_file)

    replace_key_file(key_file, [NEW, OLD])

    assert Vault([NEW]).open(MEMBER, vault.seal(MEMBER, {"a": 1})) == {"a": 1}


def test_he_opens_what_others_sealed_with_it(key_file: Path) -> None:
    vault = Vault([OLD], key_file)

    replace_key_file(key_file, [NEW, OLD])

    assert vault.open(MEMBER, Vault([NEW]).seal(MEMBER, {"a": 1})) == {"a": 1}


def test_what_was_read_before_a_rotation_is_opened_after_it(key_file: Path) -> None:
    vault = Vault([OLD], key_file)
    before = vault.seal(MEMBER, {"a": 1})

    replace_key_file(key_file, [NEW])
    vault.seal(MEMBER, {})

    assert vault.open(MEMBER, before) == {"a": 1}


@pytest.mark.parametrize("content", [b"", b"rubbish\n", None])
def test_a_key_file_that_is_damaged_meanwhile_harms_nobody_who_has_its_keys(
    key_file: Path, content: bytes | None
) -> None:
    vault = Vault([OLD], key_file)

    if content is None:
        key_file.unlink()
    else:
        key_file.write_bytes(content)

    assert Vault([OLD]).open(MEMBER, vault.seal(MEMBER, {"a": 1})) == {"a": 1}


def test_a_replaced_key_file_is_as_private_as_the_first(key_file: Path) -> None:
    (key_file.parent / f"{KEY_FILE}.new").write_text("of a rotation that was cut off")

    replace_key_file(key_file, [NEW, OLD])

    assert read_keys([], key_file.parent, is_new=False) == [NEW, OLD]
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert list(key_file.parent.iterdir()) == [key_file]


def test_a_secret_sealed_anew_is_the_same_of_the_same_owner() -> None:
    vault = Vault([NEW, OLD])
    sealed = Vault([OLD]).seal(MEMBER, {"a": 1})

    anew = vault.reseal(sealed)

    assert (vault.is_current(sealed), vault.is_current(anew)) == (False, True)
    assert Vault([NEW]).open(MEMBER, anew) == {"a": 1}
