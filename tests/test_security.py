"""SECURITY.md names tests and files that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOLD = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
TESTS = sorted(set(re.findall(r"`(tests/[\w/.]+)`", TOLD)))


@pytest.mark.parametrize("named", TESTS)
def test_what_shows_a_protection_is_a_test(named: str) -> None:
    assert re.search(
        r"^(?:async )?def test_", (ROOT / named).read_text(encoding="utf-8"), re.MULTILINE
    )


@pytest.mark.parametrize(
    "named",
    sorted(
        {
            *re.findall(r"\]\(((?!https?:)[^)#]+)\)", TOLD),
            *re.findall(r"`([\w.-]+\.(?:lock|toml)|Dockerfile|Caddyfile|\.ci/run)`", TOLD),
        }
    ),
)
def test_every_file_that_is_named_exists(named: str) -> None:
    assert (ROOT / named).is_file()


def test_every_row_that_says_what_protects_says_what_shows_it() -> None:
    protections = TOLD.partition("## What protects it")[2].partition("## What is not protected")[0]
    rows = [row for row in protections.splitlines() if row.startswith("| ")]
    told = [row for row in rows if not row.startswith("| tries |")]

    assert TESTS
    assert [row for row in told if not re.search(r"\| `tests/[^|]+ \|$", row)] == []
