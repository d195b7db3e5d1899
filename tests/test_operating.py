"""What an operator copies and reads names the settings that exist, with their real defaults."""

import re
from pathlib import Path

import pytest

from robot.settings import ENV_FILE, PREFIX, Settings, load_settings

ROOT = Path(__file__).parents[1]
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
# Where the example shows something that is no default: it has none.
WITHOUT_DEFAULT = {"public_url"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run in an empty folder, with none of our settings in the environment."""
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names_in(text: str) -> set[str]:
    return set(re.findall(rf"\b{PREFIX}[A-Z_]+", text))


def test_the_example_holds_every_setting_and_no_other() -> None:
    assert names_in(EXAMPLE) == {PREFIX + name.upper() for name in Settings.model_fields}


def test_the_example_works_as_it_is(folder: Path) -> None:
    defaults = load_settings()
    (folder / ENV_FILE).write_text(EXAMPLE, encoding="utf-8")

    assert load_settings() == defaults


def test_the_example_shows_the_defaults(folder: Path) -> None:
    defaults = load_settings().model_dump(exclude=WITHOUT_DEFAULT)
    shown = re.sub(rf"^#({PREFIX})", r"\1", EXAMPLE, flags=re.MULTILINE)
    (folder / ENV_FILE).write_text(shown, encoding="utf-8")

    assert load_settings().model_dump(exclude=WITHOUT_DEFAULT) == defaults


@pytest.mark.parametrize("file", ["Dockerfile", "compose.yaml", "docs/operating.md"])
def test_every_setting_that_is_named_exists(file: str) -> None:
    named = names_in((ROOT / file).read_text(encoding="utf-8"))

    assert named
    assert named <= {PREFIX + name.upper() for name in Settings.model_fields}
