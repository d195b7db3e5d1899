"""What the portal's window asks for the page in its frame: tokens, options, the finish."""

from typing import Any

from sandbox import lifecycle
from sandbox.control.fields import Ask, Field, read
from sandbox.errors import ControlError
from sandbox.tokens import ACCESS_LIVES

_USER = {"user_id": Field(kind=int, default=1)}
_OPTION = _USER | {
    "name": Field(kind=str),
    "value": Field(kind=(str, int, float, bool, list, dict, type(None)), default=None),
    "of_user": Field(kind=bool, default=False),
}


async def refresh(ask: Ask) -> Any:
    """Fresh tokens of the user who looks at the page; `expires_in` is text there."""
    user = ask.site.portal.user(read(ask.body, _USER)["user_id"])
    pair = ask.site.world.mint(ask.site.portal, ask.site.portal.the_app(), user.id)
    return {
        "access_token": pair.access,
        "refresh_token": pair.refresh,
        "expires_in": str(ACCESS_LIVES),
    }


async def seen(ask: Ask) -> Any:
    """The page noticed that this user opened it for the first time."""
    user = ask.site.portal.user(read(ask.body, _USER)["user_id"])
    ask.site.portal.the_app().seen_by.add(user.id)
    return {"seen_by": sorted(ask.site.portal.the_app().seen_by)}


async def finish(ask: Ask) -> Any:
    """The installer's page is done; only of an administrator's it counts."""
    user = ask.site.portal.user(read(ask.body, _USER)["user_id"])
    if not user.admin:
        return {"result": False}
    await lifecycle.finish_install(ask.site, ask.site.portal.the_app())
    return {"result": True}


async def option(ask: Ask) -> Any:
    """Keep what the page wants kept: for all users by an administrator, or for this user."""
    given = read(ask.body, _OPTION)
    user, app = ask.site.portal.user(given["user_id"]), ask.site.portal.the_app()
    if given["of_user"]:
        kept = app.user_options.setdefault(user.id, {})
    elif user.admin:
        kept = app.options
    else:
        raise ControlError("Only an administrator sets options of the app", status=403)
    kept[given["name"]] = given["value"]
    return kept
