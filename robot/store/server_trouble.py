"""A PostgreSQL server that fails, in words for the operator, by its SQLSTATE codes."""

import sys

_UNREACHABLE = "08000"
_ACCESS = (
    "Correct the user and the password in LINKROBOT_DATABASE_URL, or give that user access "
    "(pg_hba.conf); {then}."
)
_COMES_UP = "Wait until it is up, or start it; {then}."
_TAKEN = "Look for a program that holds a lock for long (pg_stat_activity); {then}."
# SQLSTATE -> what is wrong, and the remedy.
_KNOWN = {
    _UNREACHABLE: (
        "The PostgreSQL server cannot be reached",
        "Start it, and look at the host and port in LINKROBOT_DATABASE_URL and at the network "
        "between; {then}.",
    ),
    "28P01": ("The PostgreSQL server refuses the password", _ACCESS),
    "28000": ("The PostgreSQL server refuses the user", _ACCESS),
    "3D000": (
        "The database is not there on the PostgreSQL server",
        "Create it (CREATE DATABASE), or correct its name in LINKROBOT_DATABASE_URL; {then}.",
    ),
    "42501": (
        "The database's user may not do that",
        "Make it the owner of the database, or grant it the rights; {then}.",
    ),
    "53100": (
        "The disk of the PostgreSQL server is full",
        "Free some space there; {then}.",
    ),
    "53200": ("The PostgreSQL server has no memory left", "Give it more memory; {then}."),
    "53300": (
        "The PostgreSQL server has no connection left",
        "Each replica needs up to ten: raise max_connections, or end other programs; {then}.",
    ),
    "25006": (
        "The PostgreSQL server takes no changes: it is a standby, or set to read only",
        "Let LINKROBOT_DATABASE_URL point to the primary server; {then}.",
    ),
    "57P03": ("The PostgreSQL server is starting or stopping", _COMES_UP),
    "57P01": ("The PostgreSQL server was stopped", _COMES_UP),
    "57P02": ("The PostgreSQL server crashed", _COMES_UP),
    "55P03": ("Another transaction holds a lock for long", _TAKEN),
    "57014": ("A statement took too long", _TAKEN),
    "25P03": ("A transaction of ours stood still for too long", "{then}."),
    "40P01": ("Transactions got in each other's way", "{then}."),
    "XX001": ("The database is damaged", "Put your backup back (docs/operating.md)."),
    "XX002": ("An index of the database is damaged", "REINDEX it; {then}."),
}
# A connection that does not come about has no code, only the server's words.
_SAID = {
    "password authentication failed": "28P01",
    "no password supplied": "28P01",
    "authentication failed": "28000",
    "pg_hba.conf": "28000",
    'role "': "28000",
    'database "': "3D000",
    "too many clients": "53300",
    "too many connections": "53300",
    "connection slots": "53300",
    "starting up": "57P03",
    "shutting down": "57P03",
    "recovery mode": "57P03",
    "not yet accepting": "57P03",
}
# Beside what psycopg calls operational: read only, gone, and damaged.
_AWAY = frozenset({_UNREACHABLE, "57P01", "57P02", "57P03"})
_ALL_OF_IT = frozenset({"25006", "3D000", "XX000", "XX001", "XX002"})


def explain(cause: BaseException, *, then: str) -> str:
    """What is wrong and what mends it. The server's own words may hold values: they stay out."""
    code = _code(cause)
    if code in _KNOWN:
        wrong, remedy = _KNOWN[code]
        mended = remedy.format(then=then)
        return f"{wrong} ({code}). {mended[0].upper()}{mended[1:]}"
    return f"{type(cause).__name__} ({code})" if code else type(cause).__name__


def concerns_server(cause: BaseException) -> bool:
    """Whether it fails whatever is written."""
    return _is_operational(cause) or _code(cause) in _ALL_OF_IT


def is_away(cause: BaseException) -> bool:
    """Whether the server stops, starts, or cannot be reached."""
    return _code(cause) in _AWAY


def _is_operational(cause: BaseException) -> bool:
    if "psycopg" not in sys.modules:  # with SQLite it is not loaded, and no error is one of its
        return False
    import psycopg

    return isinstance(cause, psycopg.OperationalError)


def _code(cause: BaseException) -> str:
    if "psycopg" not in sys.modules:
        return ""
    import psycopg

    if not isinstance(cause, psycopg.Error):
        return ""
    if cause.sqlstate:
        return _UNREACHABLE if cause.sqlstate.startswith("08") else cause.sqlstate
    if not isinstance(cause, psycopg.OperationalError):
        return ""
    said = str(cause).rpartition("failed: ")[2]
    found = (code for words, code in _SAID.items() if words in said)
    return next(found, _UNREACHABLE)
