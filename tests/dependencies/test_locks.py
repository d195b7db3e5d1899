"""What is installed is what was locked, file by file."""

import re
from importlib.metadata import version

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.dependencies.audit import LOCKS, ROOT, direct, normalised, pins

RUNTIME, DEVELOPMENT, AUDIT = ((ROOT / lock).read_text(encoding="utf-8") for lock in LOCKS)
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
INSTALLING = ("Makefile", "Dockerfile", "docs/operating.md")


def entries(lock: str) -> dict[str, str]:
    """name -> all that a lock says of it: version, marker, hashes; who asked is left out."""
    told = "\n".join(line for line in lock.splitlines() if not line.lstrip().startswith("#"))
    blocks = re.findall(r"^\S+==.*(?:\n .*)*", told, re.MULTILINE)
    return {normalised(block.partition("==")[0]): block for block in blocks}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_has_the_hashes_of_its_files(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")

    assert len(entries(text)) == len(pins(text)) > 0
    for name, block in entries(text).items():
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), name


@pytest.mark.parametrize("lock", LOCKS)
def test_nothing_is_built_where_it_is_installed(lock: str) -> None:
    """Building would fetch and run what no hash was taken of."""
    assert "--only-binary :all:" in (ROOT / lock).read_text(encoding="utf-8")


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_registry(lock: str) -> None:
    assert "://" not in (ROOT / lock).read_text(encoding="utf-8")


def test_what_is_developed_with_is_what_runs() -> None:
    """A tool may need on every machine what the app needs on some."""
    development, runtime = (
        {name: re.sub(r" ; [^\\\n]+", " ", block) for name, block in entries(lock).items()}
        for lock in (DEVELOPMENT, RUNTIME)
    )

    assert {name: development.get(name) for name in runtime} == runtime


def test_all_that_the_project_asks_for_is_locked() -> None:
    assert direct(PROJECT) <= set(entries(DEVELOPMENT))


def test_this_environment_is_the_locked_one() -> None:
    for name, block in entries(DEVELOPMENT).items():
        pinned = Requirement(re.split(r"\s*\\|\s+--hash", block, maxsplit=1)[0])
        if pinned.marker is None or Marker(str(pinned.marker)).evaluate():
            assert pinned.specifier.contains(Version(version(canonicalize_name(name)))), name


@pytest.mark.parametrize("file", INSTALLING)
def test_every_way_to_install_asks_for_hashes(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    installing = re.findall(
        r"^.*(?:\bpip install|\$\(PIP_INSTALL\)) (?!--quiet).*$", text, re.MULTILINE
    )

    assert installing
    for line in installing:
        assert "--require-hashes --requirement requirements" in line or "--no-deps" in line
