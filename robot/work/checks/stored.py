"""What the database says: whether it is whole, and who waits."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.engine import URL

from robot.errors import SettingsError
from robot.settings import Settings
from robot.store import health, schema, server_schema
from robot.store.history import Waiting
from robot.store.portals import Portal
from robot.work.checks import stored_words as words
from robot.work.checks.finding import Finding, failed, refused, warning, well

LONG = timedelta(hours=1)
BACKUP = "Stop Linkrobot, keep the file, and put back your backup (docs/operating.md)."


def database(path: Path, *, within: float = health.LOOKED_AT_FOR) -> Finding:
    """The file: there, whole, with the schema of this program. Blocking."""
    name = "database"
    if not path.exists():
        return failed(
            name,
            f"There is no database at {path.absolute()}.",
            "Start this in the folder where Linkrobot runs, or set LINKROBOT_DATA_DIR as it has "
            "it. Before the first `linkrobot serve` there is none.",
        )
    try:
        found = health.damage(path, within=within)
        revision = "" if found else schema.revision_of(path)
    except SettingsError as error:
        return refused(name, error)
    if found:
        return failed(name, f"{path} is damaged: {found}.", BACKUP)
    if revision != schema.HEAD:
        return failed(
            name,
            f"{path} has the schema {revision or 'of nobody'}; this program needs {schema.HEAD}.",
            "Start `linkrobot serve` of this version: it brings an older database up to date, "
            "after a copy, and says what to do with a newer one.",
        )
    size = f"{path.stat().st_size / 10**6:,.1f} MB"
    if found is None:
        text = f"{path} ({size}) was not read to its end; nothing was wrong so far."
        return warning(name, text, "Run this again when the machine has less to do.")
    return well(name, f"{path} is whole ({size}, schema {revision}).")


def server(place: URL) -> Finding:
    """The server's database: reached, with the schema of this program. Blocking."""
    try:
        server_schema.check(place)
    except SettingsError as error:
        return refused("database", error)
    return well("database", f"{server_schema.named(place)} answers (schema {schema.HEAD}).")


def keys(settings: Settings, installed: Sequence[Portal]) -> Finding:
    """The application's id and key, without which access ends after an hour."""
    name = "application keys"
    if settings.credentials:
        text = words.KEYS_SET.where(number=len(settings.credentials))
        return well(name, text)
    if installed:
        return failed(name, words.NO_KEYS, words.COPY_KEYS)
    remedy = f"{words.COPY_KEYS} Bitrix24 shows them once the application is saved."
    return warning(name, words.NO_KEYS, remedy)


def is_named(settings: Settings, portal: Portal) -> bool:
    """Whether the settings name the portal's application, or none at all.

    One that they do not name was verified while CLIENT_ID was not set, or was another.
    """
    return not settings.credentials or portal.client_id in settings.credentials


def not_named(portal: Portal) -> Finding:
    """Such a portal: neither adopted nor locked out, until somebody says which it is."""
    text = words.NOT_NAMED.where(application=portal.client_id)
    return warning("application", text, words.NAME_IT)


def has_waited(found: Waiting, now: datetime) -> bool:
    """Whether a run of that portal has waited for long."""
    return now - found.oldest_received_at > LONG


def waiting(found: Waiting, now: datetime) -> Finding:
    """Runs of a portal that have waited for long."""
    hours = (now - found.oldest_received_at).total_seconds() / 3600
    text = words.WAITING.where(number=found.count, hours=f"{hours:,.1f}")
    return warning("waiting runs", text, words.SEE_WAITING)


def unverified(number: int) -> Finding:
    """Messages of portals that nobody could verify yet."""
    name = "unverified messages"
    if not number:
        return well(name, "No message waits to be verified.")
    return warning(
        name,
        f"{number} message(s) of portals that are not installed wait to be verified.",
        "Either the authorization server cannot be reached, or LINKROBOT_CLIENT_ID does not name "
        "their application: the log says which. They are dropped after a day.",
    )


def overdue(portal: Portal, number: int) -> Finding:
    """Links that should have been turned off."""
    remedy = words.TURN_OFF.where(portal=portal.host)
    return failed("links overdue", words.OVERDUE.where(number=number), remedy)


def not_renewable(portal: Portal) -> Finding:
    """Links that are to end, and no access that certainly lasts until then."""
    return failed("links that end", words.MAY_NOT_END, words.SET_KEYS.where(portal=portal.host))
