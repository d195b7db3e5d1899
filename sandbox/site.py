"""A portal together with what works on it; the Host header of a request tells which."""

from dataclasses import dataclass

from starlette.requests import Request

from sandbox.portal import Portal
from sandbox.workflow.engine import Engine
from sandbox.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One portal, its workflows' engine, and the world around it."""

    world: World
    portal: Portal
    engine: Engine


class Sites:
    """All portals of the process."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._sites = [
            Site(world=world, portal=portal, engine=Engine(world, portal))
            for portal in world.portals
        ]

    @property
    def first(self) -> Site:
        """The first portal."""
        return self._sites[0]

    def named_by(self, request: Request) -> Site | None:
        """The portal whose host the request names; `localhost` is the first one."""
        host = (request.url.hostname or "").lower()
        if host == "localhost":
            return self._sites[0]
        portal = self.world.portal_at(host)
        return next((site for site in self._sites if site.portal is portal), None)
