"""Properties and returned values by type: wire facts 1.3, 4.1 and 9.2."""

from typing import Any

import pytest

from tests.sandbox.sandbox_rig import Bitrix, Handler

NAME = {"en": "Name"}
PROPERTIES: dict[str, Any] = {
    "which": {
        "Name": NAME,
        "Type": "select",
        "Options": {"latest": "The latest", "all_of": "All"},
        "Default": "latest",
    },
    "required": {"Name": NAME, "Type": "bool", "Default": "N"},
    "hours": {"Name": NAME, "Type": "double", "Default": 1.5},
    "titles": {"Name": NAME, "Type": "string", "Multiple": "Y"},
}

DEFAULTS = {"[which]": "latest", "[required]": "N", "[hours]": "1.5"}


def _sent(portal: Bitrix, handler: Handler, **given: Any) -> dict[str, str]:
    """The properties of the POST that runs a robot with these values."""
    portal.robot(handler, PROPERTIES=PROPERTIES)
    portal.stage({"code": "link", "properties": given})
    portal.move(portal.deal("Deal of the day"))
    form = handler.wait()[0]
    start = len("properties")
    return {name[start:]: value for name, value in form.items() if name.startswith("properties")}


def test_defaults_are_sent_and_an_empty_multiple_is_absent(
    portal: Bitrix, handler: Handler
) -> None:
    assert _sent(portal, handler) == DEFAULTS


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        pytest.param({"which": "all_of"}, {"[which]": "all_of"}, id="the option's key"),
        pytest.param({"required": True}, {"[required]": "Y"}, id="true"),
        pytest.param({"required": "1"}, {"[required]": "Y"}, id="text 1"),
        pytest.param({"required": False}, {"[required]": "N"}, id="false"),
        pytest.param({"required": ""}, {"[required]": ""}, id="falsy texts stay"),
        pytest.param({"required": None}, {"[required]": ""}, id="null"),
        pytest.param({"hours": 2.0}, {"[hours]": "2"}, id="a whole double"),
        pytest.param({"hours": "0,25"}, {"[hours]": "0,25"}, id="a double as entered"),
        pytest.param({"titles": "a"}, {"[titles][0]": "a"}, id="one of many"),
        pytest.param(
            {"titles": ["a", "", "b"]}, {"[titles][0]": "a", "[titles][1]": "b"}, id="many"
        ),
        pytest.param(
            {"titles": ["{=Document:TITLE}", "{=Gone:x}"]},
            {"[titles][0]": "Deal of the day"},
            id="expressions among many",
        ),
    ],
)
def test_values_are_sent_by_their_type(
    portal: Bitrix, handler: Handler, given: dict[str, Any], sent: dict[str, str]
) -> None:
    assert _sent(portal, handler, **given) == DEFAULTS | sent


@pytest.mark.parametrize(
    "about",
    [
        pytest.param({"Type": "strnig"}, id="no such type"),
        pytest.param({"Type": "select"}, id="a select without options"),
        pytest.param({"Type": "select", "Options": {"a": "A"}, "Default": "b"}, id="no option"),
        pytest.param({"Multiple": "yes"}, id="neither Y nor N"),
    ],
)
@pytest.mark.parametrize("kind", ["robot", "activity"])
def test_mistakes_in_properties_are_told(portal: Bitrix, kind: str, about: Any) -> None:
    fields: dict[str, Any] = {"CODE": "x", "HANDLER": "https://x.example/", "NAME": "x"}
    part = {"PROPERTIES": {"p": {"Name": NAME, **about}}}

    added = portal.error(f"bizproc.{kind}.add", **fields, **part)
    portal.result(f"bizproc.{kind}.add", **fields)
    updated = portal.error(f"bizproc.{kind}.update", CODE="x", FIELDS=part)

    assert added[1] == updated[1] == "SANDBOX_UNKNOWN_VALUE"


def test_with_a_document_type_there_are_more_types(portal: Bitrix) -> None:
    address = {"place": {"Name": NAME, "Type": "UF:address"}}
    deal = ["crm", "CCrmDocumentDeal", "DEAL"]
    fields: dict[str, Any] = {"CODE": "x", "HANDLER": "https://x.example/", "NAME": "x"}

    assert portal.result("bizproc.robot.add", **fields, PROPERTIES=address, DOCUMENT_TYPE=deal)


RETURNS: dict[str, Any] = {
    "public_urls": {"Name": NAME, "Type": "string", "Multiple": "Y"},
    "count": {"Name": NAME, "Type": "int"},
}
LINKS = ["https://x/~aaaaa", "https://x/~bbbbb"]


@pytest.mark.parametrize("way", ["json", "form", "batch"])
def test_a_returned_list_is_kept_and_joined_in_a_mail(
    portal: Bitrix, handler: Handler, way: str
) -> None:
    portal.robot(handler, RETURN_PROPERTIES=RETURNS)
    mail = {"to": "a@x.example", "text": "{=Link:count}: {=Link:public_urls}"}
    portal.stage({"code": "link", "name": "Link"}, {"code": "mail", "properties": mail})
    workflow = portal.move(portal.deal())
    token = handler.wait()[0]["event_token"]

    _answer(portal, way, token)

    assert portal.workflow(workflow)["steps"][0]["outputs"]["public_urls"] == LINKS
    assert portal.control("GET", "state")["mails"][0]["text"] == f"2: {', '.join(LINKS)}"


def _answer(portal: Bitrix, way: str, token: str) -> None:
    """Return both links, in one of the ways that a call may be written."""
    if way == "json":
        values = {"PUBLIC_URLS": LINKS, "count": 2}
        assert portal.result("bizproc.event.send", event_token=token, return_values=values)
        return
    form = {"event_token": token, "return_values[count]": "2"} | {
        f"return_values[public_urls][{number}]": link for number, link in enumerate(LINKS)
    }
    if way == "form":
        url = f"{portal.url}/rest/bizproc.event.send"
        assert portal.http.post(url, data=form | {"auth": portal.token}).json()["result"] is True
        return
    query = str(portal.http.build_request("GET", portal.url, params=form).url.query, "ascii")
    assert portal.batch({"x": f"bizproc.event.send?{query}"})["result"] == {"x": True}


def test_a_returned_list_may_fill_another_robots_multiple(portal: Bitrix, handler: Handler) -> None:
    portal.robot(handler, RETURN_PROPERTIES=RETURNS)
    portal.robot(handler, code="second", PROPERTIES=PROPERTIES)
    titles = {"titles": ["first", "{=Link:public_urls}"]}
    portal.stage({"code": "link", "name": "Link"}, {"code": "second", "properties": titles})
    portal.move(portal.deal())

    _answer(portal, "json", handler.wait()[0]["event_token"])

    form = handler.wait(2)[1]
    sent = [form[f"properties[titles][{number}]"] for number in range(3)]
    assert sent == ["first", *LINKS]
