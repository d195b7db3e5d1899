"""What `make audit` asks and decides: is a locked package known to be weak, is one given up.

Run by the Python of `.venv/audit`, whose pip-audit and uv ask the registry; needs nothing else. A
package that could not be looked up is a failure: nothing is known of it, which is not the same as
nothing being wrong with it.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import zip_longest
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-audit.lock")
GIVEN_UP_AFTER = 2 * 365  # days without a release
WITHIN = 600  # seconds for all that the registry is asked
PIP_AUDIT = (
    *(sys.executable, "-m", "pip_audit", "--format=json", "--progress-spinner=off"),
    *("--no-deps", "--disable-pip"),
)


@dataclass(frozen=True, slots=True, order=True)
class Pin:
    """One version of one package."""

    name: str  # normalised
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


# Known to be weak (CVE-2020-14343): a service that does not say so says nothing of ours either.
KNOWN_WEAK = Pin("pyyaml", "5.3.1")


def normalised(name: str) -> str:
    """A package's name in its one spelling."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: str) -> set[Pin]:
    """Every package of a lock, for whatever platform."""
    found = re.findall(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", lock, re.MULTILINE)
    return {Pin(normalised(name), version) for name, version in found}


def direct(project: str) -> set[str]:
    """The packages that a pyproject.toml asks for itself, the build's among them."""
    read = tomllib.loads(project)
    asked = [*read["build-system"]["requires"], *read["project"]["dependencies"]]
    for extra in read["project"].get("optional-dependencies", {}).values():
        asked += extra
    return {normalised(re.split(r"[^\w.-]", one, maxsplit=1)[0]) for one in asked}


def answers(report: str) -> tuple[dict[Pin, list[str]], str]:
    """pip-audit's JSON: what is known of each package that was looked up, and why one was not.

    With packages that it skipped, pip-audit itself says "No known vulnerabilities found".
    """
    try:
        listed = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return {}, ""
    known = {
        Pin(normalised(one["name"]), one["version"]): [weak["id"] for weak in one["vulns"]]
        for one in listed
        if "skip_reason" not in one
    }
    return known, next((one["skip_reason"] for one in listed if "skip_reason" in one), "")


def failures(
    locked: Iterable[Pin], known: Mapping[Pin, list[str]], complaint: str = ""
) -> list[str]:
    """Why the audit fails; nothing where every package was looked up and is not known to be weak.

    `complaint` is why some were not looked up.
    """
    pinned = sorted(locked)
    found = [
        f"{pin} is known to be weak: {', '.join(known[pin])}" for pin in pinned if known.get(pin)
    ]
    missing = [pin for pin in pinned if pin not in known]
    if missing:
        found.append(_not_looked_up(missing, len(pinned), complaint))
    elif not known.get(KNOWN_WEAK):
        found.append(
            f"the service does not know that {KNOWN_WEAK} is weak, so its silence about the "
            f"{len(pinned)} packages here proves nothing"
        )
    return found


def _not_looked_up(missing: list[Pin], number: int, complaint: str) -> str:
    is_all = len(missing) == number
    which = f"none of the {number} packages" if is_all else f"{len(missing)} of {number} packages"
    names = "" if is_all else f" ({', '.join(map(str, missing))})"
    reason = f": {complaint}" if complaint else ""
    verb = "could" if is_all else "could not"
    return (
        f"{which}{names} {verb} be looked up, so whether they are known to be weak was not "
        f"checked{reason}"
    )


def releases(uv_lock: str) -> dict[str, date]:
    """uv.lock: on which day each package's newest release came; without a day it is left out."""
    found = {}
    for package in tomllib.loads(uv_lock).get("package", []):
        files = [*package.get("wheels", []), *filter(None, [package.get("sdist")])]
        days = [
            datetime.fromisoformat(str(one["upload-time"])) for one in files if "upload-time" in one
        ]
        if days:
            found[normalised(package["name"])] = max(days).date()
    return found


def age(name: str, released: date | None, today: date) -> str:
    """A line about a direct dependency: when its newest release came, and a warning if long ago."""
    if released is None:
        return f"{name}: WARNING: the date of its newest release could not be looked up"
    if (today - released).days > GIVEN_UP_AFTER:
        return f"{name}: {released} WARNING: no release for over two years; is it still cared for?"
    return f"{name}: {released}"


def in_layers(asked: Iterable[Pin]) -> list[list[Pin]]:
    """All of them, in as few lists as can be without two versions of one package in any."""
    versions: dict[str, list[Pin]] = {}
    for pin in sorted(asked):
        versions.setdefault(pin.name, []).append(pin)
    layers = zip_longest(*versions.values())
    return [[pin for pin in layer if pin] for layer in layers]


def ask_vulnerabilities(locked: Iterable[Pin]) -> tuple[dict[Pin, list[str]], str]:
    """What pip-audit learns, and why it did not learn all.

    It refuses two versions of one package, so it is asked in layers.
    """
    known: dict[Pin, list[str]] = {}
    complaint = ""
    for layer in in_layers({*locked, KNOWN_WEAK}):
        with tempfile.TemporaryDirectory() as folder:
            asked = Path(folder, "asked.txt")
            asked.write_text("".join(f"{pin.name}=={pin.version}\n" for pin in layer))
            done = _run([*PIP_AUDIT, f"--requirement={asked}"])
        found, skipped = answers(done.stdout)
        known |= found
        complaint = complaint or skipped or ("" if found else _last_line(done.stderr))
    return known, complaint


def ask_releases(names: Iterable[str]) -> dict[str, date]:
    """What uv learns of the newest release of each; their own dependencies are left out of it."""
    project = ['[project]\nname = "asked"\nversion = "0"\nrequires-python = ">=3.11"']
    project.append(f"dependencies = {json.dumps(sorted(names))}")
    project += [
        f'[[tool.uv.dependency-metadata]]\nname = "{name}"\nrequires-dist = []' for name in names
    ]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "pyproject.toml").write_text("\n".join(project))
        uv = [str(Path(sys.executable).with_name("uv")), "lock", "--no-cache", "--quiet"]
        _run([*uv, "--directory", folder, "--python", sys.executable])
        lock = Path(folder, "uv.lock")
        return releases(lock.read_text()) if lock.exists() else {}


def _run(command: list[str]) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=WITHIN, check=False)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"no answer within {WITHIN} seconds")


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else ""


def main() -> int:
    """Ask, tell, and fail where something is weak or not known."""
    locked = {pin for lock in LOCKS for pin in pins((ROOT / lock).read_text(encoding="utf-8"))}
    names = direct((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    newest, today = ask_releases(names), datetime.now(UTC).date()
    told = ["Newest releases of what we depend on:"]
    told += [f"  {age(name, newest.get(name), today)}" for name in sorted(names)]
    failed = failures(locked, *ask_vulnerabilities(locked))
    told += [f"FAILED: {reason}" for reason in failed]
    if not failed:
        told.append(f"All {len(locked)} locked packages were looked up; none is known to be weak.")
    sys.stdout.write("\n".join(told) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
