"""The POST that runs a robot: wire facts 1."""

import re
from urllib.parse import unquote

from tests.sandbox.sandbox_rig import Bitrix, Handler

PROPERTIES = {
    "document_id": {"Name": "Document", "Type": "string"},
    "Which": {"Name": "Which", "Type": "string", "Default": "latest"},
    "many": {"Name": "Many", "Type": "string", "Multiple": "Y"},
}
FIELDS = [
    "workflow_id",
    "code",
    *(f"document_id[{n}]" for n in range(3)),
    *(f"document_type[{n}]" for n in range(3)),
    "event_token",
    "properties[document_id]",
    "properties[Which]",
    "properties[many][0]",
    "properties[many][1]",
    "use_subscription",
    "timeout_duration",
    "ts",
    *(
        f"auth[{name}]"
        for name in (
            "access_token",
            "expires",
            "expires_in",
            "scope",
            "domain",
            "server_endpoint",
            "status",
            "client_endpoint",
            "member_id",
            "user_id",
            "refresh_token",
            "application_token",
        )
    ),
]


def _run(portal: Bitrix, handler: Handler, **robot: object) -> dict[str, str]:
    portal.stage({"code": "link", **robot})
    portal.move(portal.deal())
    return handler.wait()[0]


def test_a_call_has_the_fields_of_live_portals_in_their_order(
    portal: Bitrix, handler: Handler
) -> None:
    portal.robot(handler, PROPERTIES=PROPERTIES)

    _run(portal, handler, properties={"many": ["a", "b"]})

    path, fields = handler.received[0]
    names = [name for name, _ in fields]
    assert path == "/robot"
    assert names == FIELDS


def test_values_are_what_php_writes(portal: Bitrix, handler: Handler) -> None:
    portal.robot(handler, PROPERTIES=PROPERTIES)

    form = _run(portal, handler, properties={"many": []})

    assert re.fullmatch(r"[0-9a-f]{14}\.[0-9]{8}", form["workflow_id"])
    token = re.escape(form["workflow_id"]) + r"\|A\d+_\d+_\d+_\d+\|[A-Za-z0-9]{32}\.[0-9a-f]{64}"
    assert re.fullmatch(token, form["event_token"])
    assert form["document_id[1]"] == "CCrmDocumentDeal"
    assert form["document_type[2]"] == "DEAL"
    assert form["properties[document_id]"] == ""
    assert form["properties[Which]"] == "latest"
    assert not [name for name in form if "many" in name]
    assert (form["use_subscription"], form["timeout_duration"]) == ("Y", "0")
    assert re.fullmatch(r"[0-9a-f]{70}", form["auth[access_token]"])
    assert form["auth[expires_in]"] == "3600"
    assert form["auth[client_endpoint]"] == portal.url + "/rest/"
    assert form["auth[server_endpoint]"] == portal.oauth + "/rest/"
    assert form["auth[application_token]"] == portal.app["application_token"]


def test_a_smart_process_names_its_type(portal: Bitrix, handler: Handler) -> None:
    portal.robot(handler)
    portal.stage({"code": "link"})
    item = portal.control("POST", "items", entityTypeId=147, title="x")

    portal.control("POST", f"items/147/{item['id']}/move", stage="WON")

    form = handler.wait()[0]
    assert form["document_id[2]"] == f"DYNAMIC_147_{item['id']}"
    assert form["document_id[1]"].startswith("Bitrix\\Crm\\")
    assert "%5CCrm%5C" in handler.bodies[-1].decode()
    assert "event_token=" + form["event_token"] in unquote(handler.bodies[-1].decode())


def test_a_robot_without_properties_sends_no_such_key(portal: Bitrix, handler: Handler) -> None:
    portal.robot(handler)

    form = _run(portal, handler)

    assert not [name for name in form if name.startswith("properties")]


def test_tokens_are_of_the_user_that_the_robot_runs_as(portal: Bitrix, handler: Handler) -> None:
    portal.robot(handler)

    form = _run(portal, handler, user_id=7)

    assert form["auth[user_id]"] == "7"
    profile = portal.call("profile", _token=form["auth[access_token]"]).json()
    assert profile["result"]["ID"] == "7"


def test_without_a_user_there_are_no_tokens(portal: Bitrix, handler: Handler) -> None:
    portal.robot(handler, AUTH_USER_ID=0)

    form = _run(portal, handler)

    named = {name for name in form if name.startswith("auth[")}
    parts = ("domain", "server_endpoint", "client_endpoint", "member_id", "application_token")
    assert named == {f"auth[{part}]" for part in parts}


def test_variants_of_older_portals_can_be_set(portal: Bitrix, handler: Handler) -> None:
    portal.robot(handler)
    portal.control(
        "PATCH",
        "portal",
        send_tokens="no_refresh",
        send_document_type=False,
        send_domain=False,
        use_subscription="absent",
    )

    form = _run(portal, handler)

    assert "auth[access_token]" in form
    assert "auth[refresh_token]" not in form
    assert "document_type[0]" not in form
    assert "use_subscription" not in form
    assert form["auth[domain]"] == ""
