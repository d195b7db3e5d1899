"""The administrator's part of the story: adds the application, sees its installer to the end."""

import re

import httpx2 as httpx

from robot.cli.demo.programs import CLIENT_ID, CLIENT_SECRET, App, Portal, StoryError

# What the installer page carries for the request that its script makes.
_SESSION = re.compile(r'X-Linkrobot-Session": "([^"]+)"')
_TOKEN = re.compile(r'"token": "([0-9a-f]{64})"')
_ENDS = 'data-finish="yes"'
_WITHIN = 30.0  # seconds


def open_installer(portal: Portal, app: App) -> str:
    """Save the application's form and open its page, as Bitrix24 does in its frame: the page."""
    portal.ask(
        "POST",
        "apps/install",
        name="Linkrobot",
        install_url=f"{app.url}/bitrix24/install",
        app_url=f"{app.url}/bitrix24/app",
        interface=True,
        deliver=False,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
    )
    answer = portal.ask("POST", "apps/open", user_id=1)
    if answer["status"] != httpx.codes.OK:
        raise StoryError(f"Linkrobot answered the installation with {answer['status']}")
    return str(answer["body"])


def finish(portal: Portal, app: App, page: str) -> None:
    """Do what the page's script does: have the robots registered, then end the installation."""
    session, token = _SESSION.search(page), _TOKEN.search(page)
    if not session or not token:
        raise StoryError("Linkrobot's installer page does not register the robots")
    try:
        done = httpx.post(
            f"{app.url}/bitrix24/app/install",
            data={"session": session[1], "token": token[1]},
            timeout=_WITHIN,
            trust_env=False,
        )
    except httpx.HTTPError as error:
        raise StoryError(f"Linkrobot did not answer its installer page: {error}") from None
    if _ENDS not in done.text:
        raise StoryError("Linkrobot could not register its robots")
    portal.ask("POST", "apps/finish")
