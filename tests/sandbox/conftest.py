"""A real sandbox process with a fresh portal for every test, and an app that only listens.

One process serves all tests: each takes the next of its portals, so nothing is shared but
the authorization server.
"""

from collections.abc import Iterator

import pytest

from tests.sandbox.sandbox_rig import Bitrix, Handler, Process

PORTALS = 400
TLS_PORTALS = 40


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Process]:
    process = Process("--portals", str(PORTALS))
    yield process
    assert process.stop() == 0


@pytest.fixture(scope="session")
def sandbox_portals(sandbox_process: Process) -> Iterator[Bitrix]:
    ready = sandbox_process.ready
    return (
        Bitrix(url, ready["oauth"], member_id)
        for url, member_id in zip(ready["portals"], ready["member_ids"], strict=True)
    )


@pytest.fixture(scope="session")
def tls_process() -> Iterator[Process]:
    """A sandbox that speaks https, which the official SDKs insist on."""
    process = Process("--https", "--portals", str(TLS_PORTALS))
    yield process
    assert process.stop() == 0


@pytest.fixture(scope="session")
def tls_portals(tls_process: Process) -> Iterator[Bitrix]:
    ready = tls_process.ready
    return (
        Bitrix(url, ready["oauth"], member_id, ready["certificate"])
        for url, member_id in zip(ready["portals"], ready["member_ids"], strict=True)
    )


@pytest.fixture
def handler() -> Iterator[Handler]:
    made = Handler()
    yield made
    made.close()


@pytest.fixture
def fresh(sandbox_portals: Iterator[Bitrix]) -> Iterator[Bitrix]:
    """A portal without an app."""
    portal = next(sandbox_portals)
    yield portal
    portal.control("DELETE", "faults")
    portal.http.close()


@pytest.fixture
def portal(fresh: Bitrix, handler: Handler) -> Bitrix:
    """A portal with an API-only app, whose administrator's token the calls carry."""
    fresh.install(handler)
    return fresh


@pytest.fixture
def neighbour(sandbox_portals: Iterator[Bitrix], handler: Handler) -> Iterator[Bitrix]:
    """A second portal with an app of its own."""
    portal = next(sandbox_portals)
    portal.install(handler)
    yield portal
    portal.http.close()
