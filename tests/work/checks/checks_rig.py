"""What the checks look at, made by hand."""

from typing import Any

from robot.settings import Settings
from robot.store.portals import Portal
from tests.store.store_rig import CLIENT_ID, MEMBER, NOW


def settings(**values: Any) -> Settings:
    """Settings of nobody's environment."""
    return Settings(_env_file=None, **values)  # type: ignore[call-arg]


def a_portal(client_id: str = CLIENT_ID) -> Portal:
    """An installed portal."""
    return Portal(
        id=1,
        member_id=MEMBER,
        endpoint="https://acme.bitrix24.com/rest/",
        client_id=client_id,
        user_id=1,
        scope=("crm", "bizproc"),
        language="en",
        installed_at=NOW,
    )
