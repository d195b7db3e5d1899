"""For all tests: a busy machine is no reason for hypothesis to fail; one PostgreSQL, where used."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests import postgres

settings.register_profile("linkrobot", deadline=None)
settings.load_profile("linkrobot")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--slow-browser", action="store_true", help="a slow network and processor in the browser"
    )


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgres.Server]:
    """A real server, started by the first test that wants it."""
    with postgres.running() as server:
        yield server
