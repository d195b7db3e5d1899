"""`make audit` passes only what was really looked up and is not known to be weak."""

import json
from datetime import date

import pytest

from tests.dependencies.audit import (
    KNOWN_WEAK,
    Pin,
    age,
    answers,
    direct,
    failures,
    in_layers,
    pins,
    releases,
)

SOUND, OTHER = Pin("sound", "1.0"), Pin("other", "2.0")
CHECKED = {KNOWN_WEAK: ["CVE-2020-14343"], SOUND: [], OTHER: []}
TODAY = date(2026, 11, 25)

LOCK = """\
--only-binary :all:

Sound==1.0 ; sys_platform == 'win32' \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via other
two_words.here==2.0.post1 \\
    --hash=sha256:cc
"""

PROJECT = """\
[build-system]
requires = ["setuptools>=77"]
[project]
dependencies = ["Jinja2>=3", "uvicorn[standard] ; python_version > '3'", "two_words"]
[project.optional-dependencies]
dev = ["ruff~=0.17"]
"""

UV_LOCK = """\
[[package]]
name = "asked"
version = "0"
[[package]]
name = "fresh"
sdist = { upload-time = "2026-10-01T10:00:00.5Z" }
wheels = [{ upload-time = "2026-10-02T10:00:00Z" }, { hash = "sha256:aa" }]
[[package]]
name = "undated"
wheels = [{ hash = "sha256:bb" }]
"""


def report(*dependencies: dict[str, object]) -> str:
    return json.dumps({"dependencies": dependencies, "fixes": []})


def test_where_all_were_looked_up_and_are_sound_nothing_fails() -> None:
    assert failures([SOUND, OTHER], CHECKED) == []


def test_a_package_that_is_known_to_be_weak_fails() -> None:
    (failure,) = failures([SOUND, OTHER], {**CHECKED, SOUND: ["CVE-1", "CVE-2"]})

    assert failure == "sound 1.0 is known to be weak: CVE-1, CVE-2"


def test_a_package_that_was_skipped_fails_with_the_reason() -> None:
    known, reason = answers(
        report(
            {"name": "PyYAML", "version": KNOWN_WEAK.version, "vulns": [{"id": "CVE-1"}]},
            {"name": "Sound", "version": "1.0", "vulns": []},
            {"name": "other", "skip_reason": "not found"},
        )
    )

    (failure,) = failures([SOUND, OTHER], known, reason)

    assert failure.startswith("1 of 2 packages (other 2.0) could not be looked up")
    assert failure.endswith(": not found")


def test_an_answer_about_another_version_is_no_answer() -> None:
    (failure,) = failures([Pin("sound", "1.1"), OTHER], CHECKED)

    assert failure.startswith("1 of 2 packages (sound 1.1) could not be looked up")


@pytest.mark.parametrize(
    "broken", ["", "<html>", "[]", "null", "{}"], ids=["nothing", "a page", "list", "null", "empty"]
)
def test_without_an_answer_everything_fails(broken: str) -> None:
    known, reason = answers(broken)

    assert (known, reason) == ({}, "")
    assert failures([SOUND, OTHER], known, "no route to host") == [
        "none of the 2 packages could be looked up, so whether they are known to be weak was not "
        "checked: no route to host"
    ]


def test_a_service_that_knows_of_no_weakness_at_all_is_not_believed() -> None:
    (failure,) = failures([SOUND, OTHER], {**CHECKED, KNOWN_WEAK: []})

    assert "proves nothing" in failure


def test_two_versions_of_a_package_are_never_asked_about_together() -> None:
    newer = Pin("sound", "2.0")

    assert in_layers([newer, OTHER, SOUND]) == [[OTHER, SOUND], [newer]]


def test_every_package_of_a_lock_is_audited_whatever_its_platform() -> None:
    assert pins(LOCK) == {Pin("sound", "1.0"), Pin("two-words-here", "2.0.post1")}


def test_what_a_project_asks_for_itself_is_direct() -> None:
    assert direct(PROJECT) == {"setuptools", "jinja2", "uvicorn", "two-words", "ruff"}


def test_the_day_of_a_release_is_that_of_its_newest_file() -> None:
    assert releases(UV_LOCK) == {"fresh": date(2026, 10, 2)}


@pytest.mark.parametrize(
    ("released", "is_warned"),
    [
        pytest.param(TODAY, False, id="today"),
        pytest.param(date(2024, 11, 26), False, id="two years less a day ago"),
        pytest.param(date(2024, 11, 24), True, id="over two years ago"),
        pytest.param(None, True, id="not known"),
    ],
)
def test_what_is_old_or_not_known_is_warned_of(released: date | None, is_warned: bool) -> None:
    line = age("sound", released, TODAY)

    assert line.startswith("sound: ")
    assert ("WARNING" in line) == is_warned
    assert str(released or "could not be looked up") in line
