"""The robots' texts, and the two robots made of them as Bitrix24 would store them."""

import re
from collections.abc import Mapping

import pytest

from robot.flows import texts
from robot.flows.catalogue import ROBOTS
from robot.flows.texts import br, de, en, fr, it, la, pl, ru, tr, ua
from robot.protocol.registration import Definition, add_params

MODULES = {
    "en": en.TEXTS,
    "ru": ru.TEXTS,
    "de": de.TEXTS,
    "la": la.TEXTS,
    "br": br.TEXTS,
    "fr": fr.TEXTS,
    "pl": pl.TEXTS,
    "it": it.TEXTS,
    "tr": tr.TEXTS,
    "ua": ua.TEXTS,
}
NOTICES = {language: texts.notices(language) for language in MODULES}
TRANSLATIONS = [language for language in MODULES if language != "en"]

TITLE_LIMIT = 60  # characters that the dialog shows in one line
DESCRIPTION_LIMIT = 250  # characters
NOTICE_LIMIT = 450  # characters: a remedy is read to its end
NAMES_THAT_STAY = re.compile(r"Bitrix24|LINKROBOT_[A-Z_]+|`[a-z ]+`|\(crm\)|\(bizproc\)|\{[a-z]+\}")

# Bitrix24 registers no type for an output that is named like one of these.
RESERVED_NAMES = {
    "title",
    "usesubscription",
    "istimeout",
    "authuserid",
    "setstatusmessage",
    "statusmessage",
    "timeoutduration",
    "timeoutdurationtype",
}
PROPERTIES_LIMIT = 65_535  # bytes of PHP's serialize(), for inputs and for outputs each

DEFINITIONS = [pytest.param(robot.definition, id=code) for code, robot in ROBOTS.items()]


def shown(robot: Definition) -> list[Mapping[str, str]]:
    inputs = [text for one in robot.inputs for text in (one.title, one.description)]
    options = [
        title
        for one in robot.inputs
        for title in one.options.values()
        if isinstance(title, Mapping)  # names of templates are the portal's own
    ]
    outputs = [one.title for one in robot.outputs]
    return [robot.name, robot.description, *inputs, *options, *outputs]


def serialized_bytes(value: object) -> int:
    """Return the length of PHP's serialize(), which is what Bitrix24 stores."""
    if isinstance(value, Mapping):
        inside = sum(serialized_bytes(key) + serialized_bytes(value[key]) for key in value)
        return len(f"a:{len(value)}:{{}}") + inside
    size = len(str(value).encode())
    return len(f's:{size}:"";') + size


def test_every_language_is_offered_under_bitrix24s_code() -> None:
    assert set(texts.LANGUAGES) == set(MODULES)
    assert texts.localized("output.public_url") == {
        language: module["output.public_url"] for language, module in MODULES.items()
    }


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        texts.localized("output.nothing")


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_language_says_the_same_things(language: str) -> None:
    assert list(MODULES[language]) == list(en.TEXTS)
    assert list(NOTICES[language]) == list(en.NOTICES)


@pytest.mark.parametrize("language", MODULES)
def test_every_text_is_there_and_short(language: str) -> None:
    for key, text in MODULES[language].items():
        limit = DESCRIPTION_LIMIT if key.endswith(".description") else TITLE_LIMIT
        assert text == text.strip(), key
        assert 0 < len(text) < limit, key


@pytest.mark.parametrize("language", MODULES)
def test_no_text_has_a_slip_of_the_pen(language: str) -> None:
    for key, text in MODULES[language].items():
        assert not re.search(r"  | [.,]|\.\.|[\x00-\x1f<>{}$]", text), key
        assert text.endswith(".") == key.endswith(".description"), key


@pytest.mark.parametrize("language", MODULES)
def test_every_notice_is_there_and_names_what_is_not_translated(language: str) -> None:
    for key, text in NOTICES[language].items():
        assert 0 < len(text) < NOTICE_LIMIT, key
        assert text == text.strip(), key
        assert not re.search(r"  | [.,]|\.\.|[\x00-\x1f<>$\[\]]", text), key
        assert text.endswith(".") == (key != "open"), key
        named, wanted = (set(NAMES_THAT_STAY.findall(one)) for one in (text, en.NOTICES[key]))
        assert named - {"Bitrix24"} == wanted - {"Bitrix24"}, key


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_nothing_is_left_in_english(language: str) -> None:
    copied = [key for key, text in MODULES[language].items() if text == en.TEXTS[key]]
    copied += [key for key, text in NOTICES[language].items() if text == en.NOTICES[key]]

    assert copied == []


@pytest.mark.parametrize("first", MODULES)
def test_no_description_is_copied_from_another_language(first: str) -> None:
    others = [module for language, module in MODULES.items() if language != first]
    for key, text in MODULES[first].items():
        if key.endswith(("description", "name")):
            assert text not in {module[key] for module in others}, key


@pytest.mark.parametrize(
    ("language", "foreign"),
    [
        pytest.param("ru", "іїєґ", id="no Ukrainian letters in Russian"),
        pytest.param("ua", "ыэъё", id="no Russian letters in Ukrainian"),
        pytest.param("la", "ãõçàèìòù", id="no Portuguese or Italian letters in Spanish"),
        pytest.param("br", "ñ¿¡ìòù", id="no Spanish or Italian letters in Portuguese"),
        pytest.param("tr", "wqxâ", id="only letters of the Turkish alphabet"),
    ],
)
def test_languages_are_not_mixed_up(language: str, foreign: str) -> None:
    notices = (NAMES_THAT_STAY.sub("", text) for text in NOTICES[language].values())
    written = "".join([*MODULES[language].values(), *notices]).lower()

    assert not set(written) & set(foreign)


@pytest.mark.parametrize("robot", DEFINITIONS)
def test_a_robots_names_are_such_as_bitrix24_takes(robot: Definition) -> None:
    inputs = [one.name for one in robot.inputs]
    outputs = [one.name for one in robot.outputs]

    assert re.fullmatch(r"[A-Za-z0-9._-]{1,128}", robot.code)
    for name in [*inputs, *outputs]:
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name)
    # compared without regard to case
    assert not {name.lower() for name in outputs} & {*inputs, *RESERVED_NAMES}
    assert len({name.lower() for name in outputs}) == len(outputs)


@pytest.mark.parametrize("robot", DEFINITIONS)
def test_a_robot_in_all_languages_fits_into_bitrix24s_table(robot: Definition) -> None:
    params = add_params(robot, handler="https://app.example/bitrix24/robot", user_id=1)

    assert serialized_bytes(params["PROPERTIES"]) < PROPERTIES_LIMIT
    assert serialized_bytes(params["RETURN_PROPERTIES"]) < PROPERTIES_LIMIT


@pytest.mark.parametrize("robot", DEFINITIONS)
def test_everything_that_is_shown_is_there_in_every_language(robot: Definition) -> None:
    for text in shown(robot):
        assert set(text) == set(texts.LANGUAGES)
        assert text["en"]


def test_no_text_lacks_a_robot_that_says_it() -> None:
    said = {text["en"] for robot in ROBOTS.values() for text in shown(robot.definition)}

    assert said == set(en.TEXTS.values())
