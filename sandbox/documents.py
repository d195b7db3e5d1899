"""Generated documents and their public links: wire facts 10.2."""

import hashlib
import secrets
import string
from dataclasses import dataclass

_SHORT = string.ascii_lowercase + string.digits


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicLink:
    """`/~short` redirects to `/pub/document/<id>/<md5>/`."""

    short: str  # five random characters
    md5: str

    def url(self, portal_url: str) -> str:
        return f"{portal_url}/~{self.short}"


@dataclass(slots=True, kw_only=True)
class Document:
    """A document of a CRM item."""

    id: int
    title: str
    number: str
    template_id: int
    entity_type_id: int
    entity_id: int
    created_by: int
    created_at: float  # unix seconds
    ready_at: float  # unix seconds; before that there is no PDF
    module: str = "crm"  # of its template
    updated_at: float = 0.0
    updated_by: int | None = None
    fails: bool = False  # its conversion ends at `ready_at` in an error, without a PDF
    link: PublicLink | None = None

    def is_ready(self, now: float) -> bool:
        return now >= self.ready_at and not self.fails

    def has_failed(self, now: float) -> bool:
        return now >= self.ready_at and self.fails

    def make_public(self) -> PublicLink:
        """Idempotent: a document that is public keeps its link."""
        if self.link is None:
            short = "".join(secrets.choice(_SHORT) for _ in range(5))
            md5 = hashlib.md5(secrets.token_bytes(16), usedforsecurity=False).hexdigest()
            self.link = PublicLink(short=short, md5=md5)
        return self.link

    def make_private(self) -> PublicLink | None:
        """Turn the link off for good: enabling again makes a new one. Returns the old one."""
        link, self.link = self.link, None
        return link
