"""Who calls a method, and what a method may need to know of the call."""

from dataclasses import dataclass, field

from sandbox.errors import RestError
from sandbox.portal import App, Portal, User
from sandbox.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """One authorized request; all commands of a batch share it."""

    site: Site
    user: User
    app: App | None  # None: an incoming webhook
    key: str  # of the operating time: the app's or the webhook's own
    scope: frozenset[str]
    access_token: str  # repeated in the *Machine URLs of documents
    url: str  # the portal's address as the caller wrote it; public links follow it
    # Links that this PHP process turned off: its cache is not cleared (wire facts 10.2).
    stale_links: dict[int, str] = field(default_factory=dict)

    @property
    def portal(self) -> Portal:
        return self.site.portal

    def needs_app(self) -> App:
        """The app that calls.

        Raises:
            RestError: a webhook called a method that only an app may call.
        """
        if self.app is None:
            raise RestError(
                "ACCESS_DENIED", "Access denied! Application context required", status=403
            )
        return self.app

    def needs_admin(self) -> None:
        if not self.user.admin:
            raise RestError("ACCESS_DENIED", "Access denied!", status=403)
