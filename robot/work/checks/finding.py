"""What a check found: in plain words, and how to mend it."""

from dataclasses import dataclass
from enum import StrEnum

from robot.errors import SettingsError

IN_GENERAL = "Mend it in .env or in the environment; README lists all settings."


class State(StrEnum):
    """How bad it is."""

    WELL = "well"
    WARNING = "warning"  # worth knowing; nothing fails by it yet
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check."""

    name: str  # of the check; it stays the same in every release
    state: State
    text: str
    remedy: str = ""  # empty where nothing needs to be done
    portal: str = ""  # its address, where the check is about one


def well(name: str, text: str) -> Finding:
    """All is as it should be."""
    return Finding(name, State.WELL, text)


def warning(name: str, text: str, remedy: str) -> Finding:
    """Somebody should look."""
    return Finding(name, State.WARNING, text, remedy)


def failed(name: str, text: str, remedy: str) -> Finding:
    """Something must be mended."""
    return Finding(name, State.FAILED, text, remedy)


def refused(name: str, error: SettingsError) -> Finding:
    """Why the program would not start: each of its refusals is a cause, then a remedy."""
    cause, _, remedy = str(error).partition(". ")
    return failed(name, f"{cause.removesuffix('.')}.", remedy or IN_GENERAL)
