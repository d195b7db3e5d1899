"""TLS is made with the portal's name although the connection goes to an address."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpcore2
import httpx2 as httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from robot.portal import network, pools

HOST = "acme.example"

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """Run the async tests on asyncio, as the app does."""
    return "asyncio"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Make a certificate for HOST, its own authority, with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path / "portal.pem"
    path.write_bytes(made.public_bytes(pem) + secret)
    return path


@asynccontextmanager
async def serving(certificate: Path) -> AsyncIterator[int]:
    """Answer https requests on loopback; yields the port."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        name = writer.get_extra_info("ssl_object").context.asked.encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(name), name))
        writer.close()

    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    tls.sni_callback = lambda connection, name, context: setattr(context, "asked", name)
    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1]


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
