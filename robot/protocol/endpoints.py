"""Which addresses Linkrobot may send tokens to. No I/O: an address in, a verdict out.

A portal's endpoint is only ever taken from an authorization server's answer; it is looked at here
before it is stored, and its host is looked at again (`is_public`) whenever it was resolved.
"""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from robot.errors import ForgedError

REST_PATH = "/rest/"
HTTPS_PORT = 443
DEFAULT_PORTS = {"https": HTTPS_PORT, "http": 80}

# Longer names do not exist in the DNS; the limit also keeps the IDNA codec quick.
MAX_HOST_LENGTH = 253  # characters, RFC 1035 section 2.3.4
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# Resolvers read a name that ends so as an IPv4 address, also `127.1` and `0x7f000001`.
# Source: WHATWG URL Standard, "ends in a number checker".
NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
# urlsplit drops some of these silently, and clients differ over backslashes.
UNFIT_CHARACTER = re.compile(r"[\x00-\x20\x7f\\]")

# IANA gives out global unicast addresses from here only, so that NAT64 (64:ff9b::/96,
# 64:ff9b:1::/48), fec0::/10, multicast and everything unassigned fall out by themselves.
IPV6_GLOBAL_UNICAST = ip_network("2000::/3")

# What `is_global` takes for public, in one Python version or another, and we do not.
# Source: the IANA special-purpose address registries (IPv4 and IPv6).
DENIED_NETWORKS = tuple(
    ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocol assignments; a cloud's metadata service sits at 192.0.0.192
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.175.48.0/24",  # AS112
        "168.63.129.16/32",  # Azure's host agent: a public number that never leaves the machine
        "2001::/23",  # protocol assignments, Teredo (2001::/32) among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: carries any IPv4 address
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)


def portal_endpoint(url: str, *, loopback: bool, private_portals: frozenset[str]) -> str:
    """Return a portal's REST endpoint in its one spelling, `https://host[:port]/rest/`.

    `loopback` also allows http and https on this machine, with any port. Hosts among
    `private_portals` may use another port than 443.

    Raises:
        ForgedError: not an address of a portal; the text says why, and repeats no part of a query.
    """
    parts = _split(url)
    if loopback and _is_loopback(_host(parts)):
        return _loopback_endpoint(parts)
    if parts.scheme != "https":
        raise ForgedError("the portal's endpoint is not https")
    host = _domain_name(_host(parts))
    port = _port(parts)
    if port != HTTPS_PORT and not is_named(host, private_portals):
        raise ForgedError(
            f"{host} uses port {port}; only 443 is allowed (the remedy for a self-hosted portal: "
            "name its host in LINKROBOT_PRIVATE_PORTALS)"
        )
    return _endpoint("https", host, port)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Return whether the address belongs to a machine in the public internet."""
    address = unmapped(address)
    if not address.is_global or address.is_multicast:
        return False
    if address.version == 6 and address not in IPV6_GLOBAL_UNICAST:
        return False
    return not any(address in network for network in DENIED_NETWORKS)


def unmapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address inside `::ffff:0:0/96`; the socket connects to that one."""
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return inner or address


def same_host(a: str, b: str) -> bool:
    """Return whether two addresses (URLs or bare hosts) name one host; ports do not count.

    An empty or unreadable address is the same as no other.
    """
    host = _readable_host(a)
    return host is not None and host == _readable_host(b)


def is_named(host: str, names: frozenset[str]) -> bool:
    """Return whether an operator's list of portals, however they are spelt, has this host."""
    return any(same_host(host, name) for name in names)


def _split(url: str) -> SplitResult:
    if UNFIT_CHARACTER.search(url):
        raise ForgedError("the portal's endpoint holds characters that no address has")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ForgedError("the portal's endpoint is not a URL") from error
    if "?" in url or "#" in url:
        raise ForgedError("the portal's endpoint has a query or a fragment")
    if "@" in parts.netloc:
        raise ForgedError("the portal's endpoint has a user name in it")
    if parts.path not in (REST_PATH, REST_PATH.rstrip("/")):
        raise ForgedError(f"the portal's endpoint does not end in {REST_PATH}")
    return parts


def _host(parts: SplitResult) -> str:
    if not parts.hostname:
        raise ForgedError("the portal's endpoint names no host")
    return parts.hostname


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError as error:
        raise ForgedError("the portal's endpoint has no proper port") from error
    return DEFAULT_PORTS[parts.scheme] if port is None else port


def _loopback_endpoint(parts: SplitResult) -> str:
    if parts.scheme not in DEFAULT_PORTS:
        raise ForgedError("the portal's endpoint is neither https nor http")
    return _endpoint(parts.scheme, _host(parts), _port(parts))


def _endpoint(scheme: str, host: str, port: int) -> str:
    shown = f"[{host}]" if ":" in host else host
    suffix = "" if port == DEFAULT_PORTS[scheme] else f":{port}"
    return f"{scheme}://{shown}{suffix}{REST_PATH}"


def _domain_name(host: str) -> str:
    """Return the name as it stands in the DNS: lower case, IDNA."""
    if _literal(host) is not None or NUMBER.fullmatch(host.rpartition(".")[2]):
        raise ForgedError("the portal's endpoint has an IP address instead of a name")
    name = _ascii_name(host)
    if name is None:
        raise ForgedError("the portal's endpoint has no proper host name")
    if "." not in name:
        raise ForgedError(f"{name} is not a full host name: it has no dot")
    return name


def _ascii_name(host: str) -> str | None:
    if len(host) > MAX_HOST_LENGTH:
        return None
    try:
        name = host.encode("idna").decode("ascii").lower()
        # The codec turns look-alikes into each other (full width, `ß` into `ss`), the standards
        # differ over them, and tokens must not follow such a guess: only unchanged names pass.
        unchanged = host.isascii() or name.encode("ascii").decode("idna") == host.lower()
    except UnicodeError:
        return None
    labels = name.split(".")
    proper = len(name) <= MAX_HOST_LENGTH and all(map(LABEL.fullmatch, labels))
    return name if proper and unchanged else None


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    address = _literal(host)
    return host == "localhost" if address is None else unmapped(address).is_loopback


def _readable_host(address: str) -> str | None:
    if UNFIT_CHARACTER.search(address):
        return None
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return None
    literal = _literal(host)
    return _ascii_name(host) if literal is None else str(literal)
