"""No secret is ever logged, answered, shown by the system, or readable in the database."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from tests import installer
from tests.programs import CLIENT_SECRET, LINKROBOT, App, Sandbox, is_complete
from tests.scenarios.listeners import Tap, listening
from tests.scenarios.sandbox_portal import ENABLING, REPORTING, SandboxPortal
from tests.scenarios.stages import MAIL, disable, enable
from tests.scenarios.waiting import at_once, until

SECRET_FIELDS = {
    "auth[access_token]",
    "auth[refresh_token]",
    "auth[application_token]",
    "event_token",
    "AUTH_ID",
    "REFRESH_ID",
    "APPLICATION_TOKEN",
}


METRICS_TOKEN = "made-up-token-for-metrics"
LOOKED_AT = ("portals", "runs", "links", "runs --json", "robots sync")
ODD_WAYS = ("/nowhere", "/bitrix24/robot", "/bitrix24/events", "/bitrix24/app", "/bitrix24/install")


@dataclass(frozen=True, slots=True, kw_only=True)
class Overheard:
    """An app, every secret that went to it, to the authorization server or into its settings."""

    app: App
    secrets: frozenset[str]
    metrics: str
    pages: str  # everything that it answered, to its portals and to strangers
    commands: str  # what its commands printed
    process: bytes  # what the system shows of it to others


@pytest.fixture(scope="module")
def overheard(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Overheard]:
    to_app, to_oauth = Tap(), Tap(sandbox.oauth)
    app = App(tmp_path_factory.mktemp("secrets") / "data", to_oauth.url, PUBLIC_URL=to_app.url)
    app.executable = LINKROBOT  # the system shows a fork's environment as it was before
    to_app.target = app.url
    keep_settings_in_a_file(app)
    with listening(to_app), listening(to_oauth):
        try:
            app.start()
            keys = keys_of(app)
            commands = live(app, sandbox.portal())
            live_in_a_frame(app, sandbox.portal())
            pages = [reply.body.decode() for reply in to_app.replies]
            pages += answered_to_strangers(app, [one.body for one in to_app.received])
            secrets = asked(to_app) | asked(to_oauth) | answered(to_oauth)
            secrets |= {CLIENT_SECRET, METRICS_TOKEN, *keys, *keys_of(app)}
            yield Overheard(
                app=app,
                secrets=frozenset(secrets),
                metrics=app.get("/metrics").text,
                pages="".join(pages),
                commands=commands,
                process=shown_by_the_system(app),
            )
        finally:
            app.end()


def keep_settings_in_a_file(app: App) -> None:
    """As README says it, so that they do not stand in the process's environment."""
    del app.environment["LINKROBOT_CLIENT_SECRET"]
    app.folder.mkdir(parents=True)
    lines = f"LINKROBOT_CLIENT_SECRET={CLIENT_SECRET}\nLINKROBOT_METRICS_TOKEN={METRICS_TOKEN}\n"
    (app.folder / ".env").write_text(lines, encoding="ascii")


def keys_of(app: App) -> list[str]:
    return (app.folder / "secret.key").read_text(encoding="ascii").split()


def answered_to_strangers(app: App, heard: Sequence[bytes]) -> list[str]:
    """What the app answers to whoever sends what he overheard, but not quite as it was."""
    answers = []
    for body in heard:
        foreign = re.sub(rb"(member_id(?:%5D|\])?=)\w{32}", rb"\g<1>" + b"0" * 32, body)
        nameless = body.replace(b"member_id", b"x_member_id")
        deep, large = body + b"&x" + b"[a]" * 9 + b"=y", body + b"&x=" + b"y" * 65_536
        for path in ODD_WAYS:
            answers += [app.post(path, odd) for odd in (foreign, nameless, deep, large)]
            answers.append(app.get(f"{path}?{body.decode()}"))
    assert {answer.status_code for answer in answers} >= {400, 403, 404, 405, 413}
    return [f"{answer.headers}{answer.text}" for answer in answers]


def shown_by_the_system(app: App) -> bytes:
    """The command line and the environment of its process."""
    process = Path(f"/proc/{app.pid}")
    return b"".join((process / name).read_bytes() for name in ("cmdline", "environ"))


def live(app: App, portal: SandboxPortal) -> str:
    """Runs that end well and badly, a renewal, an outage, an update, a removal; commands."""
    app.install_at(portal)
    deal = portal.item()
    portal.document(deal)
    portal.run(enable(), MAIL, item_id=deal)
    portal.run(enable(user_id=9), item_id=deal)
    portal.post("tokens/expire")
    portal.fault("drop_after", ENABLING, times=1)
    portal.run(disable(), item_id=deal)
    portal.set(send_tokens="none")
    portal.post("tokens/expire")
    portal.run(enable(), item_id=deal)
    assert portal.journal("token.renewed")
    portal.post("apps/update", version=2)
    until(lambda: is_complete(portal), what="the robots are there again")
    shown = look_after(app, portal)
    portal.post("apps/uninstall")
    portal.set(send_tokens="all")
    return shown


def look_after(app: App, portal: SandboxPortal) -> str:
    """Every command that a person uses beside a running app; a refused run done again."""
    portal.set(send_tokens="all")
    portal.fault("error", REPORTING, error="ACCESS_DENIED", status=403, times=1)
    portal.stage(enable(), MAIL)
    workflow = portal.move(portal.item())
    refused = "SELECT id FROM runs WHERE ending = 'refused'"
    ((number,),) = until(lambda: app.rows(refused), what="the answer is refused")
    lines = [*LOOKED_AT, "backup backup.sqlite", "keys rotate", f"runs retry {number}"]
    done = at_once(*(partial(app.command, *line.split()) for line in lines))
    portal.finished(workflow)
    return "".join(one.stdout + one.stderr for one in done)


def live_in_a_frame(app: App, portal: SandboxPortal) -> None:
    """An app with interface, its pages opened; a message that is refused; a run that waits."""
    installer.install(app, portal)
    for user_id in (1, 7):
        portal.post("apps/open", user_id=user_id)
    portal.fault("status", status=503)
    portal.stage(enable())
    portal.delivered(portal.move(portal.item()))
    portal.post("faults", target="oauth", kind="drop_before")
    app.offer_to(portal)
    portal.heal()


def asked(tap: Tap) -> set[str]:
    """The secrets in what was sent."""
    fields = [field for one in tap.received for field in parse_qsl(one.body.decode())]
    renewals = {"auth", "refresh_token", "client_secret"}
    return {value for name, value in fields if name in SECRET_FIELDS | renewals}


def answered(tap: Tap) -> set[str]:
    """The secrets in what was answered."""
    bodies = [json.loads(reply.body or b"{}") for reply in tap.replies]
    names = ("access_token", "refresh_token")
    return {body[name] for body in bodies for name in names if name in body}


def test_the_scenario_used_secrets_of_every_kind(overheard: Overheard) -> None:
    lengths = {len(secret) for secret in overheard.secrets}
    assert len(overheard.secrets) >= 20
    assert {32, 70} <= lengths, "application tokens and access tokens"
    assert any("|" in secret for secret in overheard.secrets), "event tokens"


def test_the_log_holds_no_secret(overheard: Overheard) -> None:
    assert "run.decided" in overheard.app.log
    assert leaked(overheard, overheard.app.log.encode()) == []


def test_the_metrics_hold_no_secret(overheard: Overheard) -> None:
    assert leaked(overheard, overheard.metrics.encode()) == []


def test_no_answer_holds_a_secret(overheard: Overheard) -> None:
    assert "not what Bitrix24 sends" in overheard.pages
    assert "not from a Bitrix24" in overheard.pages
    assert leaked(overheard, overheard.pages.encode()) == []


def test_no_command_shows_a_secret(overheard: Overheard) -> None:
    for words in ("encrypted anew", "was copied to", "did run"):
        assert words in overheard.commands
    assert leaked(overheard, overheard.commands.encode()) == []


def test_the_process_shows_no_secret_to_the_system(overheard: Overheard) -> None:
    assert b"serve" in overheard.process
    assert b"LINKROBOT_CLIENT_ID" in overheard.process
    assert leaked(overheard, overheard.process) == []


def test_the_data_folder_holds_no_secret_in_the_clear(overheard: Overheard) -> None:
    """Neither the log, nor the database with its write-ahead log, nor a backup."""
    files = {path.name: path for path in overheard.app.folder.iterdir() if path.is_file()}
    assert {"log", "linkrobot.sqlite", "linkrobot.sqlite-wal", "backup.sqlite"} <= files.keys()
    for name in files.keys() - {".env", "secret.key"}:
        assert leaked(overheard, files[name].read_bytes()) == [], name


def test_the_files_that_hold_keys_are_for_their_owner_only(overheard: Overheard) -> None:
    for name in ("secret.key", "backup.sqlite"):
        assert (overheard.app.folder / name).stat().st_mode & 0o077 == 0, name


def leaked(overheard: Overheard, text: bytes) -> list[str]:
    """The beginnings of the secrets that this text holds."""
    return [secret[:6] for secret in overheard.secrets if secret.encode() in text]
