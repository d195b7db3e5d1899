"""The same real database as the store's tests have; pauses as short as tests need them."""

import pytest

from robot.work import retries
from tests.store.conftest import (  # noqa: F401 # fixtures
    anyio_backend,
    database,
    empty_database,
    portal,
    vault,
)
from tests.work.links_rig import site  # noqa: F401 # a fixture
from tests.work.rotating_rig import app, settings  # noqa: F401 # fixtures


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first pause is a hundredth of a second; each later one is still twice as long."""
    monkeypatch.setattr(retries, "FIRST", 0.01)
