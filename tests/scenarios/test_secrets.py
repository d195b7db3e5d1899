"""No secret is ever logged, shown in the metrics, or readable in the database."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from tests.programs import CLIENT_SECRET, App, Sandbox, is_complete
from tests.scenarios.listeners import Tap, listening
from tests.scenarios.sandbox_portal import ENABLING, SandboxPortal
from tests.scenarios.stages import MAIL, disable, enable
from tests.scenarios.waiting import until

SECRET_FIELDS = {
    "auth[access_token]",
    "auth[refresh_token]",
    "auth[application_token]",
    "event_token",
    "AUTH_ID",
    "REFRESH_ID",
    "APPLICATION_TOKEN",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Overheard:
    """An app, and every secret that went to it or to the authorization server."""

    app: App
    secrets: frozenset[str]
    metrics: str


@pytest.fixture(scope="module")
def overheard(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Overheard]:
    to_app, to_oauth = Tap(), Tap(sandbox.oauth)
    app = App(tmp_path_factory.mktemp("secrets") / "data", to_oauth.url, PUBLIC_URL=to_app.url)
    to_app.target = app.url
    with listening(to_app), listening(to_oauth):
        try:
            app.start()
            live(app, sandbox.portal())
            live_in_a_frame(app, sandbox.portal())
            metrics = app.get("/metrics").text
            secrets = asked(to_app) | asked(to_oauth) | answered(to_oauth) | {CLIENT_SECRET}
            yield Overheard(app=app, secrets=frozenset(secrets), metrics=metrics)
        finally:
            app.end()


def live(app: App, portal: SandboxPortal) -> None:
    """Runs that end well and badly, a renewal, an outage, an update, a removal."""
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
    portal.post("apps/uninstall")
    portal.set(send_tokens="all")


def live_in_a_frame(app: App, portal: SandboxPortal) -> None:
    """An app with interface, its pages opened; a message that is refused; a run that waits."""
    app.install_at(portal, interface=True)
    portal.post("apps/finish")
    portal.post("apps/open", user_id=7)
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


def test_the_data_folder_holds_no_secret_in_the_clear(overheard: Overheard) -> None:
    files = [path for path in overheard.app.folder.iterdir() if path.is_file()]
    assert Path(overheard.app.folder / "linkrobot.sqlite") in files
    for path in files:
        assert leaked(overheard, path.read_bytes()) == [], path.name


def leaked(overheard: Overheard, text: bytes) -> list[str]:
    """The beginnings of the secrets that this text holds."""
    return [secret[:6] for secret in overheard.secrets if secret.encode() in text]
