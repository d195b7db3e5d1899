"""A robot as the parameters of bizproc.robot.add and bizproc.robot.update."""

from dataclasses import replace
from typing import Any

import pytest

from robot.protocol.registration import (
    Definition,
    Field,
    add_params,
    fingerprint,
    update_params,
)

HANDLER = "https://app.example/bitrix24/robot"

PAPER = Field(
    name="paper",
    title={"en": "Paper", "de": "Papier"},
    description={"en": "What to print on.", "de": "Worauf gedruckt wird."},
    default="A4",
)
COPIES = Field(name="copies", type="int", title={"en": "Copies"}, multiple=True)
PAGES = Field(name="pages", type="int", title={"en": "Pages"})

PRINT = Definition(
    code="print",
    name={"en": "Print", "de": "Drucken"},
    description={"en": "Prints the item."},
    inputs=(PAPER, COPIES),
    outputs=(PAGES,),
)


def registered(definition: Definition = PRINT) -> dict[str, Any]:
    return add_params(definition, handler=HANDLER, user_id=7)


def test_a_robot_is_registered_with_all_that_the_dialog_shows() -> None:
    assert registered() == {
        "CODE": "print",
        "HANDLER": "https://app.example/bitrix24/robot",
        "AUTH_USER_ID": 7,
        "USE_SUBSCRIPTION": "Y",
        "NAME": {"en": "Print", "de": "Drucken"},
        "DESCRIPTION": {"en": "Prints the item."},
        "PROPERTIES": {
            "paper": {
                "Name": {"en": "Paper", "de": "Papier"},
                "Description": {"en": "What to print on.", "de": "Worauf gedruckt wird."},
                "Type": "string",
                "Multiple": "N",
                "Default": "A4",
            },
            "copies": {"Name": {"en": "Copies"}, "Type": "int", "Multiple": "Y"},
        },
        "RETURN_PROPERTIES": {"pages": {"Name": {"en": "Pages"}, "Type": "int", "Multiple": "N"}},
    }


def test_inputs_keep_their_order() -> None:
    assert list(registered()["PROPERTIES"]) == ["paper", "copies"]


def test_a_robot_may_have_neither_inputs_nor_outputs() -> None:
    params = registered(replace(PRINT, inputs=(), outputs=()))

    assert params["PROPERTIES"] == {}
    assert params["RETURN_PROPERTIES"] == {}


def test_an_update_says_everything_but_the_code_again() -> None:
    params = update_params(PRINT, handler=HANDLER, user_id=7)

    assert params["CODE"] == "print"
    assert {"CODE": "print", **params["FIELDS"]} == registered()
    assert "CODE" not in params["FIELDS"]


@pytest.mark.parametrize("user_id", [0, -1])
def test_a_robot_without_a_user_is_refused(user_id: int) -> None:
    with pytest.raises(ValueError, match="AUTH_USER_ID"):
        add_params(PRINT, handler=HANDLER, user_id=user_id)
    with pytest.raises(ValueError, match="AUTH_USER_ID"):
        update_params(PRINT, handler=HANDLER, user_id=user_id)


def test_a_fingerprint_is_the_same_in_every_run() -> None:
    assert fingerprint(registered()) == (
        "f632854fb2327efc579261d664d93459cabbcc563c1bab52520cb22776d1d7a1"
    )


def test_a_fingerprint_ignores_the_order_of_languages() -> None:
    turned = replace(PRINT, name={"de": "Drucken", "en": "Print"})

    assert fingerprint(registered(turned)) == fingerprint(registered())


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(replace(PRINT, name={"en": "Print!", "de": "Drucken"}), id="a text"),
        pytest.param(replace(PRINT, inputs=(PAPER,)), id="an input less"),
        pytest.param(replace(PRINT, inputs=(COPIES, PAPER)), id="inputs in another order"),
        pytest.param(replace(PRINT, outputs=(PAGES, replace(PAGES, name="ink"))), id="an output"),
        pytest.param(replace(PRINT, inputs=(PAPER, replace(COPIES, type="double"))), id="a type"),
    ],
)
def test_a_changed_robot_has_another_fingerprint(changed: Definition) -> None:
    assert fingerprint(registered(changed)) != fingerprint(registered())


@pytest.mark.parametrize(
    ("handler", "user_id"),
    [
        pytest.param("https://other.example/bitrix24/robot", 7, id="the app has moved"),
        pytest.param(HANDLER, 8, id="another administrator"),
    ],
)
def test_another_handler_or_user_is_another_fingerprint(handler: str, user_id: int) -> None:
    changed = add_params(PRINT, handler=handler, user_id=user_id)

    assert fingerprint(changed) != fingerprint(registered())
