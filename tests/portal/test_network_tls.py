"""TLS is made with the portal's name although the connection goes to an address."""

import ssl
from pathlib import Path

import httpcore2
import httpx2 as httpx
import pytest

from robot.portal import network, pools
from tests.portal.tls_rig import make_certificate, serving

HOST = "acme.example"

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """Run the async tests on asyncio, as the app does."""
    return "asyncio"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for HOST."""
    return make_certificate(tmp_path / "portal.pem", HOST)


async def this_machine(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def client(tls: ssl.SSLContext | None) -> httpx.AsyncClient:
    return network.open_client(
        loopback=True, private_hosts=frozenset(), tls=tls, resolve=this_machine
    )


async def test_the_certificate_is_asked_for_by_the_portals_name(certificate: Path) -> None:
    tls = ssl.create_default_context(cafile=certificate)
    async with serving(certificate) as port, client(tls) as http:
        answer = await http.get(f"https://{HOST}:{port}/rest/")

    assert answer.text == HOST


async def test_a_certificate_for_another_name_is_refused(certificate: Path) -> None:
    tls = ssl.create_default_context(cafile=certificate)
    async with serving(certificate) as port, client(tls) as http:
        with pytest.raises(httpx.ConnectError, match="Hostname mismatch"):
            await http.get(f"https://other.example:{port}/rest/")


async def test_a_certificate_of_an_unknown_authority_is_refused(certificate: Path) -> None:
    async with serving(certificate) as port, client(None) as http:
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await http.get(f"https://{HOST}:{port}/rest/")


async def test_an_authority_of_ones_own_comes_by_ssl_cert_file(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with serving(certificate) as port, client(None) as http:
        assert (await http.get(f"https://{HOST}:{port}/rest/")).status_code == 200


def test_each_error_of_the_pool_has_a_twin_in_httpx() -> None:
    errors = [
        kind
        for kind in vars(httpcore2).values()
        if isinstance(kind, type)
        and issubclass(kind, Exception)
        and kind is not httpcore2.ConnectionNotAvailable  # never leaves the pool
    ]

    assert len(errors) >= 14
    for kind in errors:
        assert issubclass(kind, pools.POOL_ERRORS)
        assert issubclass(getattr(httpx, kind.__name__), httpx.TransportError)
