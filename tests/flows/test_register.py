"""Registering brings a portal to what the code says, changes nothing else, and may be repeated."""

import pytest

from robot.errors import RejectedError
from robot.flows.binding import EVENTS
from robot.flows.catalogue import DEFINITIONS, DISABLE, ENABLE
from robot.flows.register import expected
from robot.protocol.lifecycle import DOCUMENT_DELETED
from tests.flows.flow_player import refusal
from tests.flows.register_rig import (
    ADD,
    ALREADY,
    BOUND,
    BOUND_BEFORE,
    CURRENT,
    EVENT_URL,
    HANDLER,
    LOOKS,
    MISSING,
    OK,
    OLD_URL,
    UPDATE,
    changing,
    look,
    registered,
)


def test_a_new_portal_gets_every_robot_and_every_event() -> None:
    played = registered(look([], []), [OK] * 5, known={})

    assert changing(played) == [
        (ADD, ENABLE),
        (ADD, DISABLE),
        ("event.bind", "ONAPPUPDATE"),
        ("event.bind", "ONAPPUNINSTALL"),
        ("event.bind", DOCUMENT_DELETED),
    ]
    assert played.outcome.registered == CURRENT


def test_robots_call_us_on_behalf_of_the_administrator_and_wait() -> None:
    played = registered(look([]), [OK, OK], known={})

    for call in played.calls[LOOKS:]:
        assert call.params["HANDLER"] == HANDLER
        assert call.params["AUTH_USER_ID"] == 1
        assert call.params["USE_SUBSCRIPTION"] == "Y"


def test_where_everything_stands_nothing_is_called() -> None:
    played = registered(look([ENABLE, DISABLE]))

    assert changing(played) == []
    assert played.outcome.succeeded
    assert played.outcome.registered == CURRENT


def test_only_what_differs_is_updated() -> None:
    known = CURRENT | {DISABLE: "an older fingerprint"}

    played = registered(look([ENABLE, DISABLE]), [OK], known=known)

    assert changing(played) == [(UPDATE, DISABLE)]
    assert played.calls[-1].params["FIELDS"]["HANDLER"] == HANDLER


def test_a_robot_of_which_nothing_is_known_is_updated() -> None:
    played = registered(look([ENABLE, DISABLE]), [OK, OK], known={})

    assert changing(played) == [(UPDATE, ENABLE), (UPDATE, DISABLE)]


def test_a_robot_that_is_missing_is_added_whatever_we_remember() -> None:
    assert changing(registered(look([ENABLE]), [OK])) == [(ADD, DISABLE)]


def test_robots_that_are_not_ours_stay() -> None:
    assert changing(registered(look([ENABLE, DISABLE, "somebody_elses"]))) == []


@pytest.mark.parametrize(
    ("listed", "refused", "first", "second"),
    [
        pytest.param([ENABLE], ALREADY, ADD, UPDATE, id="added meanwhile, so updated"),
        pytest.param([ENABLE, DISABLE], MISSING, UPDATE, ADD, id="removed meanwhile, so added"),
    ],
)
def test_where_the_list_was_wrong_the_other_call_is_made(
    listed: list[str], refused: RejectedError, first: str, second: str
) -> None:
    known = {ENABLE: CURRENT[ENABLE]}

    played = registered(look(listed), [refused], [OK], known=known)

    assert changing(played) == [(first, DISABLE), (second, DISABLE)]
    assert played.outcome.succeeded


def test_a_robot_that_is_neither_there_nor_missing_is_a_failure() -> None:
    played = registered(look([ENABLE]), [ALREADY], [MISSING])

    assert not played.outcome.succeeded


def test_events_are_bound_once() -> None:
    bound = [row for row in BOUND if row["event"] != "ONAPPUNINSTALL"]

    played = registered(look([ENABLE, DISABLE], bound), [OK])

    assert changing(played) == [("event.bind", "ONAPPUNINSTALL")]
    assert played.calls[-1].params["handler"] == EVENT_URL


def test_events_are_recognised_in_either_letter_case() -> None:
    bound = [row | {"event": row["event"].lower()} for row in BOUND]

    assert changing(registered(look([ENABLE, DISABLE], bound))) == []


def test_a_handler_at_an_earlier_address_is_let_go_of() -> None:
    bound = [*BOUND, {"event": "ONAPPUPDATE", "handler": OLD_URL}]

    played = registered(look([ENABLE, DISABLE], bound), [OK])

    assert changing(played) == [("event.unbind", "ONAPPUPDATE")]
    assert played.calls[-1].params["handler"] == OLD_URL


def test_handlers_of_other_events_stay() -> None:
    bound = [*BOUND, {"event": "ONCRMDEALADD", "handler": OLD_URL}, "no row"]

    assert changing(registered(look([ENABLE, DISABLE], bound))) == []


def test_an_event_that_was_bound_by_an_unanswered_try_is_bound() -> None:
    played = registered(look([ENABLE, DISABLE], []), [BOUND_BEFORE] * len(EVENTS))

    assert played.outcome.succeeded


def test_a_list_of_events_that_is_refused_does_not_stop_the_robots() -> None:
    refused = refusal("ACCESS_DENIED", "Access denied!", method="event.get")

    played = registered(look([], refused), [OK] * 5, known={})

    assert played.outcome.succeeded


@pytest.mark.parametrize(
    ("code", "text", "error_code"),
    [
        ("ACCESS_DENIED", "Access denied!", "not_admin"),
        ("ACCESS_DENIED", "REST is available only on commercial plans.", "not_on_plan"),
        ("ERROR_METHOD_NOT_FOUND", "Method not found!", "not_on_plan"),
        ("INSUFFICIENT_SCOPE", "", "scope_missing"),
    ],
)
@pytest.mark.parametrize("is_listed", [False, True], ids=["at the list", "at the robot"])
def test_who_may_not_register_is_told_why(
    code: str, text: str, error_code: str, is_listed: bool
) -> None:
    refused = refusal(code, text)
    answers = [look([]), [refused, OK]] if is_listed else [look(refused)]

    played = registered(*answers, known={})

    assert played.outcome.error_code == error_code
    assert played.outcome.registered == {}


def test_an_event_that_is_refused_is_a_failure() -> None:
    refused = refusal("ERROR_EVENT_NOT_FOUND", "Event not found")

    played = registered(look([ENABLE, DISABLE], []), [refused, OK, OK])

    assert not played.outcome.succeeded
    assert played.outcome.registered == {}


def test_who_may_not_be_told_of_deleted_documents_is_registered_all_the_same() -> None:
    """An application without the permission «CRM»."""
    bound = [row for row in BOUND if row["event"] != DOCUMENT_DELETED]
    refused = refusal("ERROR_EVENT_NOT_FOUND", "Event not found")

    played = registered(look([ENABLE, DISABLE], bound), [refused])

    assert changing(played) == [("event.bind", DOCUMENT_DELETED)]
    assert played.outcome.succeeded


@pytest.mark.parametrize("listed", [None, {}, "linkrobot_enable"])
def test_a_list_of_robots_that_is_none_changes_nothing(listed: object) -> None:
    played = registered(look(listed))

    assert played.outcome.error_code == "unexpected_answer"
    assert changing(played) == []


def test_another_address_or_administrator_makes_another_registration() -> None:
    moved = expected(DEFINITIONS, handler="https://new.example.com/robot", user_id=1)
    other = expected(DEFINITIONS, handler=HANDLER, user_id=2)

    assert set(moved) == set(other) == set(CURRENT) == {ENABLE, DISABLE}
    assert not set(moved.values()) & set(CURRENT.values())
    assert not set(other.values()) & set(CURRENT.values())
