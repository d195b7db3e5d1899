"""What the app's page tells an administrator: nothing that only an operator can do or see."""

import re
from collections.abc import Iterator

import pytest

from robot.work.checks import portal_words, stored_words
from robot.work.checks.message import Message, either

OPERATORS_ONLY = re.compile(r"`|\blinkrobot \w|\.env\b|\blog\b|systemctl|docs/")
VALUE = re.compile(r"%\((\w+)\)s")


def messages() -> Iterator[object]:
    for module in (portal_words, stored_words):
        for name, value in vars(module).items():
            for number, one in enumerate(_within(value)):
                yield pytest.param(one, id=f"{name}-{number}")


def _within(value: object) -> Iterator[Message]:
    if isinstance(value, Message):
        yield value
    elif isinstance(value, tuple):
        yield from (one for one in value if isinstance(one, Message))
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _within(inner)


@pytest.mark.parametrize("message", [*messages()])
def test_the_page_names_no_command_and_no_file(message: Message) -> None:
    shown = (message.on_page or message).template

    assert OPERATORS_ONLY.search(shown) is None


@pytest.mark.parametrize("message", [*messages()])
def test_the_page_has_no_value_that_is_not_given(message: Message) -> None:
    if message.on_page:
        given = set(VALUE.findall(message.template))
        assert set(VALUE.findall(message.on_page.template)) <= given


def test_a_message_is_english_until_it_is_translated() -> None:
    message = Message("%(number)s links").where(number=3)

    assert str(message) == "3 links"
    assert message.template == "%(number)s links"


def test_what_is_told_on_the_page_has_the_same_values() -> None:
    message = either("`linkrobot %(what)s`", page=Message("Press «%(what)s».")).where(what="sync")

    assert str(message) == "`linkrobot sync`"
    assert str(message.on_page) == "Press «sync»."


def test_a_plain_text_may_hold_a_percent_sign() -> None:
    assert str(Message("100% of it")) == "100% of it"
