"""What the work is done with: opened once, handed to everyone who works."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx2 as httpx

from robot.portal.verify import Verifier
from robot.settings import Settings
from robot.store.database import Database
from robot.store.vault import Vault
from robot.work.signals import Signals


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """The parts of a running program."""

    settings: Settings
    database: Database
    vault: Vault
    http: httpx.AsyncClient
    verifier: Verifier
    confirm: Callable[[str], str]  # an address that may be called, else ForgedError
    owner: str  # this process, in leases
    signals: Signals | None = None  # to and from other replicas, where there may be some
