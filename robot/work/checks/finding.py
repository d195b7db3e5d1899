"""What a check found: in plain words, and how to mend it."""

from dataclasses import dataclass
from enum import StrEnum

from robot.errors import SettingsError
from robot.work.checks.message import NOTHING, Message

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
    found: Message
    mend: Message = NOTHING  # where nothing needs to be done
    portal: str = ""  # its address, where the check is about one
    words: str = ""  # Bitrix24's own, in the portal's language

    @property
    def text(self) -> str:
        """What was found, in English."""
        return f"{self.found} Bitrix24 said: {self.words}" if self.words else str(self.found)

    @property
    def remedy(self) -> str:
        """How to mend it, in English."""
        return str(self.mend)


def well(name: str, text: str | Message) -> Finding:
    """All is as it should be."""
    return Finding(name, State.WELL, _message(text))


def warning(name: str, text: str | Message, remedy: str | Message, *, words: str = "") -> Finding:
    """Somebody should look."""
    return Finding(name, State.WARNING, _message(text), _message(remedy), words=words)


def failed(name: str, text: str | Message, remedy: str | Message, *, words: str = "") -> Finding:
    """Something must be mended."""
    return Finding(name, State.FAILED, _message(text), _message(remedy), words=words)


def refused(name: str, error: SettingsError) -> Finding:
    """Why the program would not start: each of its refusals is a cause, then a remedy."""
    cause, _, remedy = str(error).partition(". ")
    return failed(name, f"{cause.removesuffix('.')}.", remedy or IN_GENERAL)


def _message(words: str | Message) -> Message:
    """What only the command line shows is a plain text."""
    return words if isinstance(words, Message) else Message(words)
