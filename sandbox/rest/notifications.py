"""im.notify and its two sisters: what a user finds in the notification center."""

from typing import Any, Literal

from sandbox.errors import RestError
from sandbox.portal import Notification
from sandbox.rest.caller import Caller
from sandbox.rest.method import DOCS, Method, Parameters

Type = Literal["USER", "SYSTEM"]
_PAGES = "api-reference/chats/notifications/"
_PARAMETERS = frozenset({"USER_ID", "MESSAGE", "MESSAGE_OUT", "TAG", "SUB_TAG", "CLIENT_ID"})


async def notify(caller: Caller, parameters: Parameters) -> Any:
    """`USER` where no TYPE is given."""
    given = parameters.get("TYPE") or "USER"
    for kind in _TYPES:
        if given == kind:
            return _add(caller, parameters, kind)
    raise RestError(
        "SANDBOX_UNKNOWN_VALUE", f"im.notify has no TYPE {given}: read {DOCS}{_PAGES}im-notify.html"
    )


async def add_system(caller: Caller, parameters: Parameters) -> Any:
    return _add(caller, parameters, "SYSTEM")


async def add_personal(caller: Caller, parameters: Parameters) -> Any:
    return _add(caller, parameters, "USER")


_TYPES: tuple[Type, ...] = ("USER", "SYSTEM")


def _add(caller: Caller, parameters: Parameters, kind: Type) -> int | bool:
    """Its number; one with the same tag of the same application goes."""
    portal = caller.portal
    user_id, message = _number(parameters.get("USER_ID")), _text(parameters, "MESSAGE").strip()
    if user_id <= 0:
        raise RestError("USER_ID_EMPTY", "User ID can't be empty")
    if not message:
        raise RestError("MESSAGE_EMPTY", "Message can't be empty")
    user = portal.users.get(user_id)
    if user is None or not user.active:
        return False
    portal.last_notification_id += 1
    new = Notification(
        id=portal.last_notification_id,
        user_id=user_id,
        type=kind,
        author_id=caller.user.id if kind == "USER" else 0,
        message=message,
        message_out=_text(parameters, "MESSAGE_OUT"),
        tag=_text(parameters, "TAG"),
        sub_tag=_text(parameters, "SUB_TAG"),
        client_id=caller.app.client_id if caller.app else _text(parameters, "CLIENT_ID"),
    )
    if new.tag:
        portal.notifications = [
            old
            for old in portal.notifications
            if (old.tag, old.client_id) != (new.tag, new.client_id)
        ]
    portal.notifications.append(new)
    portal.journal.add(
        "notification.sent",
        id=new.id,
        user_id=user_id,
        type=kind,
        tag=new.tag,
        message=message,
    )
    return new.id


def _text(parameters: Parameters, name: str) -> str:
    value = parameters.get(name)
    return str(value) if isinstance(value, str | int) else ""


def _number(value: object) -> int:
    return int(value) if isinstance(value, str | int) and str(value).isdigit() else 0


def _method(name: str, page: str, run: Any, more: frozenset[str] = frozenset()) -> Method:
    return Method(
        name=name,
        page=_PAGES + page,
        run=run,
        scope=frozenset({"im"}),
        parameters=_PARAMETERS | more,
        any_case=True,
    )


METHODS = (
    _method("im.notify", "im-notify.html", notify, frozenset({"TYPE"})),
    _method("im.notify.system.add", "im-notify-system-add.html", add_system),
    _method("im.notify.personal.add", "im-notify-personal-add.html", add_personal),
)
