"""Tokens go to portals in the public internet, and nowhere else by accident."""

from ipaddress import IPv4Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.errors import ForgedError
from robot.protocol.endpoints import is_named, is_public, portal_endpoint, same_host

ACME = "https://acme.bitrix24.com/rest/"
CYRILLIC = "https://xn--80awhdgm.xn--p1ai/rest/"
NONE: frozenset[str] = frozenset()
OWN = frozenset({"crm.example.lan", "https://Portal.Example.org:8443/"})


def endpoint(url: str) -> str:
    return portal_endpoint(url, loopback=False, private_portals=NONE)


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        pytest.param("https://acme.bitrix24.com/rest/", ACME, id="as it is sent"),
        pytest.param("https://acme.bitrix24.com/rest", ACME, id="the last slash is missing"),
        pytest.param("HTTPS://Acme.Bitrix24.COM/rest/", ACME, id="upper case letters"),
        pytest.param("https://acme.bitrix24.com:443/rest/", ACME, id="the usual port, spelt out"),
        pytest.param("https://портал.рф/rest/", CYRILLIC, id="a name in Cyrillic letters"),
        pytest.param(CYRILLIC, CYRILLIC, id="the same name as the DNS has it"),
    ],
)
def test_an_endpoint_has_one_spelling(url: str, normal: str) -> None:
    assert endpoint(url) == normal
    assert endpoint(normal) == normal


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        pytest.param("http://acme.bitrix24.com/rest/", "not https", id="http"),
        pytest.param("ftp://acme.bitrix24.com/rest/", "not https", id="another scheme"),
        pytest.param("acme.bitrix24.com/rest/", "not end in /rest/", id="no scheme"),
        pytest.param("https://acme.bitrix24.com:8443/rest/", "port 8443", id="another port"),
        pytest.param("https://acme.bitrix24.com:99999/rest/", "proper port", id="no such port"),
        pytest.param("https://acme.bitrix24.com:x/rest/", "proper port", id="a port in letters"),
        pytest.param("https://a:b@acme.bitrix24.com/rest/", "user name", id="user and password"),
        pytest.param(
            "https://acme.bitrix24.com@evil.example/rest/", "user name", id="a host before the host"
        ),
        pytest.param("https://203.0.113.7/rest/", "IP address", id="an IPv4 address"),
        pytest.param("https://[2606:4700::1]/rest/", "IP address", id="an IPv6 address"),
        pytest.param("https://127.1/rest/", "IP address", id="a short IPv4 address"),
        pytest.param("https://2130706433/rest/", "IP address", id="an IPv4 address as a number"),
        pytest.param("https://0x7f000001/rest/", "IP address", id="an IPv4 address in hex"),
        pytest.param("https://0177.0.0.01/rest/", "IP address", id="an IPv4 address in octal"),
        pytest.param("https://a.b.0x1/rest/", "IP address", id="a name that ends in a number"),
        pytest.param("https://localhost/rest/", "no dot", id="this machine"),
        pytest.param("https://intranet/rest/", "no dot", id="a name without a dot"),
        pytest.param("https://acme.bitrix24.com./rest/", "host name", id="a dot at the end"),
        pytest.param("https://acme..com/rest/", "host name", id="two dots"),
        pytest.param("https://-acme.com/rest/", "host name", id="a hyphen in front"),
        pytest.param("https://ac_me.com/rest/", "host name", id="an underscore"),
        pytest.param("https://ac%2fme.com/rest/", "host name", id="an escaped character"),
        pytest.param(f"https://{'a' * 64}.com/rest/", "host name", id="a label too long"),
        pytest.param(f"https://{'a.' * 200}com/rest/", "host name", id="a name too long"),
        pytest.param("https://straße.example/rest/", "host name", id="a letter read in two ways"),
        pytest.param("https://\uff41cme.example/rest/", "host name", id="a full-width letter"),
        pytest.param("https:///rest/", "no host", id="no host"),
        pytest.param("https://acme.bitrix24.com", "/rest/", id="no path"),
        pytest.param("https://acme.bitrix24.com/rest/1/code/", "/rest/", id="a webhook"),
        pytest.param("https://acme.bitrix24.com/rest//", "/rest/", id="a slash more"),
        pytest.param("https://acme.bitrix24.com/x/../rest/", "/rest/", id="a step up"),
        pytest.param("https://acme.bitrix24.com/REST/", "/rest/", id="a path in capitals"),
        pytest.param("https://acme.bitrix24.com/rest/?auth=s3cret", "query", id="a query"),
        pytest.param("https://acme.bitrix24.com/rest/?", "query", id="an empty query"),
        pytest.param("https://acme.bitrix24.com/rest/#x", "fragment", id="a fragment"),
        pytest.param(
            "https://acme.bitrix24.com\\@evil.example/rest/", "characters", id="backslash"
        ),
        pytest.param("https://acme.bitrix24.com/re\nst/", "characters", id="a line break"),
        pytest.param(" https://acme.bitrix24.com/rest/", "characters", id="a space in front"),
        pytest.param("https://[::1/rest/", "not a URL", id="half a bracket"),
        pytest.param("", "not end in /rest/", id="nothing"),
    ],
)
def test_what_is_no_portals_endpoint_is_refused_with_the_reason(url: str, reason: str) -> None:
    with pytest.raises(ForgedError, match=reason) as refusal:
        endpoint(url)

    assert "s3cret" not in str(refusal.value)


@given(st.text(max_size=40) | st.from_regex(r"https?://[^/]{0,20}/rest/?.{0,5}", fullmatch=True))
def test_garbage_is_refused_or_has_one_spelling(url: str) -> None:
    try:
        normal = endpoint(url)
    except ForgedError:
        return

    assert normal.isascii()
    assert endpoint(normal) == normal


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        pytest.param(
            "https://crm.example.lan:8443/rest/",
            "https://crm.example.lan:8443/rest/",
            id="named by its host",
        ),
        pytest.param(
            "https://portal.example.org:444/rest",
            "https://portal.example.org:444/rest/",
            id="named by an address, with another port",
        ),
    ],
)
def test_a_private_portal_may_use_any_port(url: str, normal: str) -> None:
    assert portal_endpoint(url, loopback=False, private_portals=OWN) == normal


def test_a_private_portal_still_needs_https() -> None:
    with pytest.raises(ForgedError, match="not https"):
        portal_endpoint("http://crm.example.lan/rest/", loopback=False, private_portals=OWN)


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        pytest.param("http://127.0.0.1:8001/rest/", "http://127.0.0.1:8001/rest/", id="IPv4"),
        pytest.param("http://127.9.9.9/rest", "http://127.9.9.9/rest/", id="anywhere in 127/8"),
        pytest.param("https://[::1]:8001/rest/", "https://[::1]:8001/rest/", id="IPv6, https"),
        pytest.param("http://LocalHost:80/rest/", "http://localhost/rest/", id="by name"),
    ],
)
def test_this_machine_is_a_portal_only_where_loopback_is_allowed(url: str, normal: str) -> None:
    assert portal_endpoint(url, loopback=True, private_portals=NONE) == normal
    with pytest.raises(ForgedError):
        endpoint(url)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://10.0.0.5/rest/", id="a private address"),
        pytest.param("https://10.0.0.5/rest/", id="a private address by https"),
        pytest.param("http://acme.bitrix24.com/rest/", id="http to a real portal"),
        pytest.param("ftp://127.0.0.1/rest/", id="this machine by another scheme"),
        pytest.param("http://user@127.0.0.1/rest/", id="this machine with a user name"),
        pytest.param("http://127.0.0.1:8001/", id="this machine with another path"),
    ],
)
def test_allowing_loopback_allows_nothing_else(url: str) -> None:
    with pytest.raises(ForgedError):
        portal_endpoint(url, loopback=True, private_portals=NONE)


@pytest.mark.parametrize("address", ["8.8.8.8", "185.71.66.1", "2606:4700::1111", "2a00:1450::1"])
def test_addresses_of_the_public_internet_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("127.0.0.1", id="loopback"),
        pytest.param("0.0.0.0", id="unspecified"),  # noqa: S104 # an address, nothing listens
        pytest.param("10.1.2.3", id="private, class A"),
        pytest.param("172.16.0.1", id="private, class B"),
        pytest.param("192.168.1.1", id="private, class C"),
        pytest.param("100.64.0.1", id="shared address space"),
        pytest.param("169.254.169.254", id="a cloud's metadata service"),
        pytest.param("168.63.129.16", id="Azure's host agent"),
        pytest.param("192.0.0.8", id="protocol assignments"),
        pytest.param("192.0.0.192", id="another cloud's metadata service"),
        pytest.param("192.0.2.1", id="documentation"),
        pytest.param("192.88.99.1", id="a 6to4 relay"),
        pytest.param("198.18.0.1", id="benchmarking"),
        pytest.param("224.0.0.1", id="multicast"),
        pytest.param("239.255.255.250", id="multicast of one site"),
        pytest.param("240.0.0.1", id="reserved"),
        pytest.param("255.255.255.255", id="broadcast"),
        pytest.param("::", id="unspecified, IPv6"),
        pytest.param("::1", id="loopback, IPv6"),
        pytest.param("::127.0.0.1", id="IPv4-compatible"),
        pytest.param("::ffff:127.0.0.1", id="mapped loopback"),
        pytest.param("::ffff:10.0.0.1", id="mapped private"),
        pytest.param("64:ff9b::7f00:1", id="NAT64 of loopback"),
        pytest.param("64:ff9b:1::a00:1", id="NAT64 of one's own network"),
        pytest.param("100::1", id="discard only"),
        pytest.param("2001::1", id="Teredo"),
        pytest.param("2001:db8::1", id="documentation, IPv6"),
        pytest.param("3fff::1", id="documentation, the newer one"),
        pytest.param("2002:7f00:1::", id="6to4 of loopback"),
        pytest.param("5f00::1", id="segment routing"),
        pytest.param("fc00::1", id="unique local"),
        pytest.param("fd00:ec2::254", id="a cloud's metadata service, IPv6"),
        pytest.param("fe80::1", id="link local"),
        pytest.param("fe80::1%eth0", id="link local with its link"),
        pytest.param("fec0::1", id="site local"),
        pytest.param("ff0e::1", id="multicast, IPv6"),
    ],
)
def test_every_other_address_is_not(address: str) -> None:
    assert not is_public(ip_address(address))


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_judged_by_the_address_inside(address: IPv4Address) -> None:
    assert is_public(ip_address(f"::ffff:{address}")) == is_public(address)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        pytest.param("acme.bitrix24.com", "ACME.bitrix24.com", id="letter case"),
        pytest.param("acme.bitrix24.com", "https://acme.bitrix24.com/rest/", id="host and URL"),
        pytest.param("acme.bitrix24.com:443", "acme.bitrix24.com", id="with a port"),
        pytest.param("портал.рф", "xn--80awhdgm.xn--p1ai", id="both spellings of a name"),
        pytest.param("[::1]:80", "http://[0:0:0:0:0:0:0:1]/", id="both spellings of an address"),
    ],
)
def test_two_spellings_of_one_host_are_the_same(a: str, b: str) -> None:
    assert same_host(a, b)
    assert same_host(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        pytest.param("acme.bitrix24.com", "acme.bitrix24.com.evil.example", id="a longer name"),
        pytest.param("acme.bitrix24.com", "acme.bitrix24.com@evil.example", id="a user name"),
        pytest.param("bitrix24.com", "acme.bitrix24.com", id="the domain above"),
        pytest.param("", "", id="nothing"),
        pytest.param("a b", "a b", id="unfit characters"),
        pytest.param("[::1", "[::1", id="half a bracket"),
        pytest.param("a..b", "a..b", id="two dots"),
    ],
)
def test_other_hosts_and_unreadable_ones_are_not_the_same(a: str, b: str) -> None:
    assert not same_host(a, b)


def test_an_operators_list_may_hold_hosts_and_addresses() -> None:
    assert is_named("CRM.example.lan", OWN)
    assert is_named("portal.example.org", OWN)
    assert not is_named("example.org", OWN)
