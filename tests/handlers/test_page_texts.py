"""The page speaks the languages of the robots: every word of it, in each of them."""

import re

import pytest
from babel.messages.catalog import Message

from handlers.page.texts import LOCALES, known, locale_of, translations_of
from robot.flows.texts import LANGUAGES
from tests import catalogues
from tests.catalogues import TRANSLATED, kept, messages, used

PLACES = re.compile(r"%\((\w+)\)[sd]")


def wanted() -> list[Message]:
    return list(messages(used()))


def forms(message: Message) -> list[str]:
    """The translations; more than one where numbers matter."""
    string = message.string
    return [string] if isinstance(string, str) else list(string or [""])


def ids(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def test_the_languages_are_those_of_the_robots() -> None:
    assert set(LOCALES) == set(LANGUAGES)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated_and_none_is_left_over(language: str) -> None:
    there = {str(message.id): message for message in messages(kept(language))}
    missing = [
        one.id for one in wanted() if str(one.id) not in there or not all(forms(there[str(one.id)]))
    ]

    assert missing == [], "run `make texts`, then translate what is empty"
    assert there.keys() == {str(one.id) for one in wanted()}


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_what_is_put_into_them(language: str) -> None:
    for message in messages(kept(language)):
        places = {place for text in ids(message) for place in PLACES.findall(text)}
        for form in forms(message):
            assert set(PLACES.findall(form)) <= places, message.id
            assert form.count("%") == len(PLACES.findall(form)) + 2 * form.count("%%"), message.id
        assert places == {place for form in forms(message) for place in PLACES.findall(form)}


@pytest.mark.parametrize("language", TRANSLATED)
def test_each_language_is_really_there(language: str) -> None:
    said = translations_of(language).gettext("Runs")

    assert said != "Runs" or language in ("fr",)
    assert locale_of(language).language == LOCALES[language].split("_")[0]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("de", "de"),
        ("DE", "de"),
        ("es", "la"),
        ("uk", "ua"),
        ("pt", "br"),
        ("xx", "en"),
        ("", "en"),
    ],
)
def test_whoever_speaks_another_language_sees_english(asked: str, shown: str) -> None:
    assert known(asked) == shown


def test_the_catalogues_are_as_the_command_writes_them() -> None:
    for language in TRANSLATED:
        before = catalogues.path_of(language).read_text(encoding="utf-8")
        catalogues.update(language)
        assert catalogues.path_of(language).read_text(encoding="utf-8") == before
