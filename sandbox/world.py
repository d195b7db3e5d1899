"""Everything that one sandbox process holds: portals, tokens, apps, and its hands outside."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from ipaddress import ip_address

from sandbox.courier import Courier
from sandbox.faults import Fault
from sandbox.portal import App, Portal
from sandbox.replay.recording import Recording
from sandbox.tokens import Grant, Pair, Tokens

DAY = 86400  # seconds

OpenAddress = Callable[[str, int], Awaitable[None]]
Drop = Callable[[tuple[str, int] | None], None]


@dataclass(slots=True, kw_only=True)
class World:
    """One authorization server and its portals."""

    oauth_host: str
    oauth_port: int
    scheme: str
    portals: list[Portal]
    courier: Courier
    open_address: OpenAddress  # makes a portal answer at one more address
    drop_connection: Drop  # closes a client's connection without an answer
    tokens: Tokens = field(default_factory=Tokens)
    client_secrets: dict[str, str] = field(default_factory=dict)  # client_id -> secret
    oauth_faults: list[Fault] = field(default_factory=list)
    recording: Recording | None = None  # of --replay
    replay_speed: float = 1.0

    @property
    def oauth_domain(self) -> str:
        return f"{self.oauth_host}:{self.oauth_port}"

    @property
    def oauth_url(self) -> str:
        return f"{self.scheme}://{self.oauth_domain}"

    @property
    def server_endpoint(self) -> str:
        return f"{self.oauth_url}/rest/"

    def portal_at(self, host: str) -> Portal | None:
        """The portal that a Host header (without port) names; old names count, too."""
        for portal in self.portals:
            if host == portal.host or host in portal.old_hosts:
                return portal
        return None

    def portal_of(self, member_id: str) -> Portal:
        return next(portal for portal in self.portals if portal.member_id == member_id)

    def mint(self, portal: Portal, app: App, user_id: int) -> Pair:
        return self.tokens.mint(
            Grant(
                member_id=portal.member_id,
                client_id=app.client_id,
                user_id=user_id,
                scope=tuple(app.scope),
            ),
            now=portal.clock.now(),
            refresh_lives=portal.settings.refresh_days * DAY,
        )


def make_portals(host: str, port: int, scheme: str, count: int) -> list[Portal]:
    """Portal k answers at the k-th address from `host` on, all at one port."""
    hosts = [host, *(str(ip_address(host) + k) for k in range(1, count))]
    return [
        Portal(
            member_id=secrets.token_hex(16),
            host=name,
            port=port,
            scheme=scheme,
            signing_key=secrets.token_bytes(32),
        )
        for name in hosts
    ]
