"""The tables. Migrations make them (`migrations/`); a test compares the two."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    false,
    text,
)

from robot.store.columns import Id, Json, Number, UtcDateTime, Words

metadata = MetaData()


def _index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Of some of the rows."""
    condition = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


portals = Table(
    "portals",
    metadata,
    Column("id", Id, primary_key=True),
    Column("member_id", Words(64), nullable=False),
    Column("endpoint", Words, nullable=False),  # https://host/rest/, from the authorization server
    Column("client_id", Words(255), nullable=False),
    Column("user_id", BigInteger, nullable=False),  # whose token installed it: AUTH_USER_ID
    Column("scope", Words, nullable=False, server_default=""),
    Column("language", Words(8), nullable=False, server_default=""),
    Column("application_token_hash", LargeBinary(32)),
    # a frame's POST brought it: every employee who opens the app's page may know it
    Column("has_page", Boolean, nullable=False, server_default=false()),
    Column("installed_at", UtcDateTime, nullable=False),
    Column("removed_at", UtcDateTime),  # the app was removed there; its history stays
    # the lease: who drains this portal
    Column("owner", Words(64)),  # NULL = released; a name with a past expiry = it died
    Column("epoch", BigInteger, nullable=False, server_default="0"),
    # without an owner: until then a request of one who died may be under way
    Column("lease_until", UtcDateTime),
    # what its holder learned of the portal's leaky bucket; it passes on with the lease
    Column("pace", Float),  # requests per second
    Column("bucket_level", Float),  # requests, at `bucket_at`
    Column("bucket_at", UtcDateTime),
    # the SHA-256 of the application's keys with which its access was renewed last
    Column("renewed_with", LargeBinary(32)),
    # its document templates, as its robots offer them, and when they were asked for: see robots.py
    Column("templates", Json),
    Column("templates_at", UtcDateTime),
    # a portal may have installed us twice, as two local applications: neither disturbs the other
    UniqueConstraint("member_id", "client_id", name="portals_once"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("portal_id", ForeignKey("portals.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", BigInteger, primary_key=True),
    Column("secrets", LargeBinary, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("portal_id", ForeignKey("portals.id"), nullable=False),
    Column("code", Words(128), nullable=False),
    Column("source", Words(16), nullable=False),
    Column("user_id", BigInteger),
    # of others' stored tokens none is used; with no user_id, whose run it is has to be proven
    Column("own_tokens_only", Boolean, nullable=False, server_default=false()),
    Column("entity_type_id", Number),
    Column("entity_id", BigInteger),
    Column("document_id", Words(255), nullable=False),  # Bitrix24's name of the item: DEAL_7
    Column("inputs", Json, nullable=False),
    Column("wants_reply", Boolean, nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("deadline_at", UtcDateTime, nullable=False),
    Column("event_hash", LargeBinary(32), nullable=False),
    Column("secrets", LargeBinary),  # NULL once they are no longer needed
    Column("state", Words(16), nullable=False),
    Column("due_at", UtcDateTime, nullable=False),  # not looked at before
    Column("reports", Number, nullable=False, server_default="0"),  # tries so far
    Column("first_report_at", UtcDateTime),
    Column("chosen", Json),
    Column("chosen_at", UtcDateTime),
    Column("outcome", Json),
    Column("decided_at", UtcDateTime),
    Column("succeeded", Boolean),
    Column("error_code", Words(64)),
    Column("finished_at", UtcDateTime),
    Column("ending", Words(32)),
    Column("note", Words),
    # waiting for a PDF: how often it has looked, since when, and when it looks again; `due_at` is
    # then the end of its time
    Column("looks", Number, nullable=False, server_default="0"),
    Column("first_look_at", UtcDateTime),
    Column("look_at", UtcDateTime),
    UniqueConstraint("portal_id", "event_hash", name="runs_once"),
    _index("runs_waiting", "portal_id", "due_at", "id", where="finished_at IS NULL"),
    _index("runs_looking", "portal_id", "look_at", where="look_at IS NOT NULL"),
    Index("runs_finished", "finished_at"),
    # what people ask for
    Index("runs_of_portal", "portal_id", "id"),
    Index("runs_of_item", "portal_id", "document_id"),
    _index("runs_failed", "portal_id", "id", where="succeeded IS FALSE"),
    _index("runs_untaken", "portal_id", "id", where="ending NOT IN ('reported', 'not_awaited')"),
    _index("runs_decided", "portal_id", "decided_at", where="decided_at IS NOT NULL"),
    sqlite_autoincrement=True,  # a number once shown to a person never means another run
)

links = Table(
    "links",
    metadata,
    Column("id", Id, primary_key=True),
    Column("portal_id", ForeignKey("portals.id"), nullable=False),
    Column("document_id", BigInteger, nullable=False),
    Column("run_id", BigInteger, nullable=False),  # which asked; runs are forgotten, links not
    Column("item", Words(255), nullable=False, server_default=""),
    Column("title", Words, nullable=False, server_default=""),
    Column("url", Words, nullable=False, server_default=""),
    Column("state", Words(16), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("source", Words(16), nullable=False, server_default=""),  # of the run that asked
    Column("user_id", BigInteger),  # on whose behalf
    # when the run was sent that changed it last: an older one has no say any more
    Column("sent_at", UtcDateTime),
    Column("expires_at", UtcDateTime),  # NULL: it has no end
    Column("due_at", UtcDateTime),  # not turned off before; NULL: nothing is to be done
    Column("ended_by", Words(16)),  # how it ended
    # at most one row of a document is open; ended ones are history
    _index("links_open", "portal_id", "document_id", where="state != 'off'", unique=True),
    Index("links_of_document", "portal_id", "document_id"),
    _index("links_due", "due_at", where="due_at IS NOT NULL"),
    # what people ask for: since when, for which item, until when
    _index("links_since", "asked_at", where="state != 'off'"),
    Index("links_of_item", "item", "portal_id"),
    _index("links_ending", "portal_id", "expires_at", where="state != 'off'"),
    # of one portal: since when, when it ended, and how
    _index("links_of_portal", "portal_id", "asked_at", where="state != 'off'"),
    _index("links_ended", "portal_id", "changed_at", where="state = 'off'"),
    _index("links_ended_so", "portal_id", "ended_by", "changed_at", where="state = 'off'"),
    # each decided run looks for what it had asked for; links are kept for ever
    _index("links_asked", "portal_id", "run_id", where="state = 'asked'"),
)

# Who turned which link on or off, when and why; kept longer than runs.
audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("portal_id", ForeignKey("portals.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("action", Words(16), nullable=False),
    Column("document_id", BigInteger, nullable=False),
    Column("source", Words(16), nullable=False),
    Column("user_id", BigInteger),
    Column("run_id", BigInteger),
    Column("item", Words(255), nullable=False, server_default=""),
    Column("url", Words, nullable=False, server_default=""),
    Column("expires_at", UtcDateTime),
    Index("audit_of_document", "portal_id", "document_id"),
)

robots = Table(
    "robots",
    metadata,
    Column("portal_id", ForeignKey("portals.id", ondelete="CASCADE"), primary_key=True),
    Column("code", Words(128), primary_key=True),
    Column("fingerprint", Words(64), nullable=False),
    Column("registered_at", UtcDateTime, nullable=False),
)

# How a portal's days were, once they are over: counting a busy day anew takes long.
days = Table(
    "days",
    metadata,
    Column("portal_id", ForeignKey("portals.id", ondelete="CASCADE"), primary_key=True),
    Column("day", UtcDateTime, primary_key=True),  # its first moment
    Column("done", Number, nullable=False),
    Column("failed", Number, nullable=False),
    Column("median_ms", Number),  # from received to decided, of those that are done; NULL: none is
)

# What an administrator was told, once a day for each cause: see notices.py.
notices = Table(
    "notices",
    metadata,
    Column("portal_id", ForeignKey("portals.id", ondelete="CASCADE"), primary_key=True),
    Column("cause", Words(32), primary_key=True),
    Column("told_at", UtcDateTime, nullable=False),
)

unverified = Table(
    "unverified",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Words(16), nullable=False),
    Column("message_hash", LargeBinary(32), nullable=False, unique=True),
    Column("message", LargeBinary, nullable=False),  # encrypted
    Column("received_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("pause", Float, nullable=False),  # seconds until the next try after this one
)

check_values = Table(
    "check_values",
    metadata,
    Column("name", Words(32), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
