"""batch with all its quirks: wire facts 5."""

from typing import Any
from urllib.parse import quote

from tests.sandbox.sandbox_rig import Bitrix, Handler

ENABLE = "crm.documentgenerator.document.enablepublicurl"
GET = "crm.documentgenerator.document.get"
LIST = "crm.documentgenerator.document.list"


def test_parts_have_only_the_commands_that_gave_them(portal: Bitrix) -> None:
    document = portal.document(portal.deal())

    result = portal.batch({"good": f"{GET}?id={document}", "bad": f"{GET}?id=999"})

    assert set(result) == {"result", "result_error", "result_total", "result_next", "result_time"}
    assert set(result["result"]) == set(result["result_time"]) == {"good"}
    error = {"error": "0", "error_description": "Document not found"}
    assert result["result_error"] == {"bad": error}
    assert (result["result_total"], result["result_next"]) == ([], [])


def test_numeric_keys_are_a_list_until_one_fails(portal: Bitrix) -> None:
    assert portal.batch(["profile", "user.admin"])["result"][1] is True
    assert list(portal.batch(["nothing.there", "user.admin"])["result"]) == ["1"]


def test_total_and_next_come_apart(portal: Bitrix) -> None:
    deal = portal.deal()
    for _ in range(51):
        portal.document(deal)

    result = portal.batch({"all": f"{LIST}?filter[entityId]={deal}&filter[entityTypeId]=2"})

    assert len(result["result"]["all"]["documents"]) == 50
    assert result["result_total"] == {"all": 51}
    assert result["result_next"] == {"all": 50}


def test_commands_past_fifty_fail_each(portal: Bitrix) -> None:
    result = portal.batch({f"c{n}": "user.admin" for n in range(52)})

    assert len(result["result"]) == 50
    assert {error["error"] for error in result["result_error"].values()} == {
        "ERROR_BATCH_LENGTH_EXCEEDED"
    }
    assert set(result["result_error"]) == {"c50", "c51"}


def test_what_is_no_text_is_skipped_without_a_word(portal: Bitrix) -> None:
    result = portal.batch({"a": {"method": "profile"}, "b": "user.admin"})

    assert (result["result"], result["result_error"]) == ({"b": True}, [])


def test_a_batch_inside_a_batch_is_refused(portal: Bitrix) -> None:
    error = portal.batch({"a": "batch?cmd[x]=profile"})["result_error"]["a"]

    assert error["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"


def test_halt_is_cast_as_php_does(portal: Bitrix) -> None:
    cmd = {"bad": f"{GET}?id=0", "after": "user.admin"}

    for on in (1, "1", True, "false", "N"):
        assert portal.batch(cmd, halt=on)["result"] == []
    for off in (0, "0", "", False):
        assert portal.batch(cmd, halt=off)["result"] == {"after": True}


def test_a_scope_error_has_an_empty_description(portal: Bitrix, handler: Handler) -> None:
    portal.install(handler, scope="crm")

    result = portal.batch({"a": "bizproc.robot.list"})

    assert result["result_error"]["a"] == {"error": "insufficient_scope", "error_description": ""}


def test_without_a_token_the_whole_batch_fails(portal: Bitrix) -> None:
    answer = portal.call("batch", _token="x", cmd={"a": "profile"})

    assert (answer.status_code, answer.json()["error"]) == (401, "NO_AUTH_FOUND")


def test_the_outer_token_wins_over_one_in_a_command(portal: Bitrix) -> None:
    assert portal.batch({"a": "profile?auth=x"})["result"]["a"]["ID"] == "1"


def test_form_batches_decode_twice(portal: Bitrix) -> None:
    deal = portal.deal()
    portal.document(deal, number="A & B")
    cmd = f"{LIST}?filter[number]={quote('A & B')}"

    answer = portal.http.post(
        f"{portal.url}/rest/batch.json", data={"cmd[x]": cmd, "auth": portal.token}
    )

    assert len(answer.json()["result"]["result"]["x"]["documents"]) == 1


def test_an_unencoded_hash_cuts_the_command(portal: Bitrix) -> None:
    portal.document(portal.deal(), number="A#1")

    found = portal.batch({"x": f"{LIST}?filter[number]=A#1"})["result"]["x"]

    assert found["documents"] == []


# References: wire facts 5.2.


def _values(portal: Bitrix, handler: Handler, cmd: dict[str, str], value: str) -> Any:
    """What a reference in RETURN_VALUES became by the time it reached the workflow."""
    portal.robot(handler)
    portal.stage({"code": "link", "name": "Link"})
    workflow_id = portal.move(portal.deal())
    token = quote(handler.wait()[0]["event_token"])
    send = f"bizproc.event.send?event_token={token}&return_values[public_url]={quote(value)}"

    result = portal.batch({**cmd, "send": send})

    assert result["result"]["send"] is True
    return portal.workflow(workflow_id)["steps"][0]["outputs"].get("public_url", "dropped")


def test_a_whole_value_becomes_what_is_referred_to(portal: Bitrix, handler: Handler) -> None:
    document = portal.document(portal.deal())
    cmd = {"pub": f"{ENABLE}?id={document}"}

    value = _values(portal, handler, cmd, "$result[pub][publicUrl]")

    assert value == portal.control("GET", "state")["documents"][0]["public_url"]


def test_a_missing_step_gives_the_container_reached_so_far(
    portal: Bitrix, handler: Handler
) -> None:
    cmd = {"me": "user.admin", "bad": f"{ENABLE}?id=0"}

    assert _values(portal, handler, cmd, "$result[bad][publicUrl]") == {"me": True}


def test_in_the_middle_of_text_arrays_stay_as_written(portal: Bitrix, handler: Handler) -> None:
    cmd = {"me": "profile"}

    value = _values(portal, handler, cmd, "$result[me] and $result[me][NAME] end")

    assert value == "$result[me] and Ada end"


def test_text_glued_to_a_reference_is_lost(portal: Bitrix, handler: Handler) -> None:
    cmd = {"me": "profile"}

    assert _values(portal, handler, cmd, "$result[me]-tail[NAME]!") == "Ada"


def test_a_name_in_capitals_is_nothing(portal: Bitrix, handler: Handler) -> None:
    assert _values(portal, handler, {"me": "profile"}, "$RESULT[me][NAME]") is None


def test_an_array_as_id_would_publish_document_one(portal: Bitrix) -> None:
    deal = portal.deal()
    first, second = portal.document(deal), portal.document(deal)

    portal.batch({"me": "user.admin", "pub": f"{ENABLE}?id=$result[nothing][id]"})

    public = {d["id"]: d["public_url"] for d in portal.control("GET", "state")["documents"]}
    assert first == 1
    assert public[first]
    assert not public[second]


def test_disable_and_enable_in_one_batch_gives_a_dead_link(portal: Bitrix) -> None:
    document = portal.document(portal.deal(), public=True)

    result = portal.batch(
        {"off": f"{ENABLE}?id={document}&status=0", "on": f"{ENABLE}?id={document}"}
    )

    assert portal.http.get(result["result"]["on"]["publicUrl"]).status_code == 404


def test_a_command_may_be_left_out_of_the_answer_on_order(portal: Bitrix) -> None:
    document = portal.document(portal.deal())
    portal.control("POST", "faults", target="rest", kind="omit", method=ENABLE, times=1)

    result = portal.batch({"on": f"{ENABLE}?id={document}&status=1", "me": "user.admin"})

    assert result["result"] == {"me": True}
    assert result["result_error"] == []
    again = portal.batch({"look": f"{GET}?id={document}", "me": "user.admin"})
    assert again["result"]["look"]["document"]["publicUrl"], "it ran all the same"
