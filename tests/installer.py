"""The installer page as a browser goes through it, without one: shown, then asked to register."""

import re
from dataclasses import dataclass
from typing import Any

from tests.programs import App
from tests.scenarios.sandbox_portal import SandboxPortal

SESSION = re.compile(r'X-Linkrobot-Session": "([^"]+)"')
TOKEN = re.compile(r'"token": "([0-9a-f]{64})"')


@dataclass(frozen=True, slots=True)
class Gone:
    """What the administrator saw: the page, and what came of the registration: "" where refused."""

    page: dict[str, Any]
    done: str


def add(app: App, portal: SandboxPortal, **fields: Any) -> None:
    """Add the app with its page to a portal; its installer is not opened yet."""
    page = f"{app.environment['LINKROBOT_PUBLIC_URL']}/bitrix24/app"
    app.offer_to(portal, **{"interface": True, "app_url": page, "deliver": False, **fields})


def install(app: App, portal: SandboxPortal) -> None:
    """Add it, and go through its installer to the end."""
    add(app, portal)
    assert 'data-finish="yes"' in go_through(app, portal).done
    portal.post("apps/finish")


def session_of(page: dict[str, Any]) -> str:
    """The session that a page carries."""
    found = SESSION.search(page["body"])
    assert found, page["body"]
    return found[1]


def go_through(app: App, portal: SandboxPortal, user_id: int = 1) -> Gone:
    """Open the installer and let it register the robots; nothing is finished by that."""
    page = portal.post("apps/open", user_id=user_id)
    token = TOKEN.search(page["body"])
    if token is None:
        return Gone(page, "")
    form = f"session={session_of(page)}&token={token[1]}".encode()
    answer = app.post("/bitrix24/app/install", form)
    assert answer.status_code == 200, answer.text
    return Gone(page, answer.text)
