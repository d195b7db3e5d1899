"""Robots as an administrator places them into a stage."""

from typing import Any

MAIL = {
    "code": "mail",
    "properties": {
        "to": "client@example.com",
        "subject": "Your contract",
        "text": "Here it is: {=Link:public_url}",
    },
}


def enable(*, user_id: int | None = None, **properties: Any) -> dict[str, Any]:
    """«Public link: turn on», on behalf of that employee."""
    return _placed("linkrobot_enable", user_id, properties)


def disable(*, user_id: int | None = None, **properties: Any) -> dict[str, Any]:
    """«Public link: turn off»."""
    return _placed("linkrobot_disable", user_id, properties)


def _placed(code: str, user_id: int | None, properties: dict[str, Any]) -> dict[str, Any]:
    placed = {"code": code, "name": "Link", "properties": properties}
    return placed if user_id is None else {**placed, "user_id": user_id}
