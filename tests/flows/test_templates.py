"""Templates by name: read from the portal, offered by the robots, named where they are gone."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from robot.flows import templates
from robot.flows.catalogue import DEFINITIONS, DISABLE, ENABLE, registrations, start
from robot.flows.flow import Template
from robot.protocol.answers import Answer
from robot.protocol.registration import add_params
from tests.flows.flow_player import page, play, run
from tests.flows.register_rig import HANDLER, LOOKS, NO_TEMPLATES, OK, changing, look, registered
from tests.flows.test_texts import PROPERTIES_LIMIT, serialized_bytes

UPDATE = "bizproc.robot.update"
CONTRACT, QUOTE = Template(name="Contract"), Template(name="Quote")
KNOWN = {39: CONTRACT, 41: QUOTE}
GONE = {39: replace(CONTRACT, gone=True), 41: QUOTE}


def told(names: Mapping[int, str], next: int | None = None, **fields: Any) -> Answer:
    """A page of the list, as Bitrix24 answers it."""
    rows = {
        str(one): {"id": str(one), "name": name, "active": "Y", "isDeleted": "N", **fields}
        for one, name in names.items()
    }
    return Answer(result={"templates": rows or []}, next=next)


def with_templates(known: Mapping[int, Template]) -> dict[str, str]:
    return registrations(handler=HANDLER, user_id=1, templates=known, activities=False)


def field_of(call_params: Mapping[str, Any]) -> Any:
    fields = call_params.get("FIELDS", call_params)
    return fields["PROPERTIES"]["template_id"]


def test_the_field_offers_the_portals_templates_by_name() -> None:
    answers = look([], templates=told({39: "Quote", 41: "Contract"}))

    played = registered(answers, [OK, OK], known={})

    for call in played.calls[LOOKS:]:
        field = field_of(call.params)
        assert (field["Type"], field["Options"]) == ("select", {"41": "Contract", "39": "Quote"})
        assert list(field["Options"]) == ["41", "39"]
    assert played.outcome.templates == {41: CONTRACT, 39: QUOTE}


def test_all_pages_are_read() -> None:
    first = told({one: f"T{one}" for one in range(150, 100, -1)}, next=50)
    second = told({one: f"T{one}" for one in range(100, 90, -1)})

    played = registered(look([ENABLE, DISABLE], templates=first), second, [OK, OK])

    assert played.calls[LOOKS].params["start"] == 50
    assert len(played.outcome.templates or {}) == 60


def test_where_nothing_changed_nothing_is_called() -> None:
    answers = look([ENABLE, DISABLE], templates=told({39: "Contract", 41: "Quote"}))

    played = registered(answers, known=with_templates(KNOWN), offered=KNOWN)

    assert changing(played) == []
    assert played.outcome.registered == with_templates(KNOWN)


def test_another_name_is_told_to_both_robots() -> None:
    answers = look([ENABLE, DISABLE], templates=told({39: "Lease", 41: "Quote"}))

    played = registered(answers, [OK, OK], known=with_templates(KNOWN), offered=KNOWN)

    assert changing(played) == [(UPDATE, ENABLE), (UPDATE, DISABLE)]
    assert field_of(played.calls[-1].params)["Options"]["39"] == "Lease"


def test_a_template_that_is_gone_stays_readable() -> None:
    answers = look([ENABLE, DISABLE], templates=told({41: "Quote"}))

    played = registered(answers, [OK, OK], known=with_templates(KNOWN), offered=KNOWN)

    options = field_of(played.calls[-1].params)["Options"]
    assert options == {"41": "Quote", "39": "Contract (deleted)"}
    assert list(options) == ["41", "39"]
    assert played.outcome.templates == GONE


def test_a_template_that_is_back_is_offered_again() -> None:
    answers = look([ENABLE, DISABLE], templates=told({39: "Contract", 41: "Quote"}))

    played = registered(answers, [OK, OK], known=with_templates(GONE), offered=GONE)

    assert played.outcome.templates == KNOWN


@pytest.mark.parametrize(
    "untold",
    [
        pytest.param(NO_TEMPLATES, id="refused"),
        pytest.param(Answer(result=None), id="nothing"),
        pytest.param(Answer(result={"templates": "none"}), id="no list"),
    ],
)
def test_where_templates_are_not_told_the_present_ones_stay(untold: object) -> None:
    answers = look([ENABLE, DISABLE], templates=untold)

    played = registered(answers, known=with_templates(KNOWN), offered=KNOWN)

    assert changing(played) == []
    assert played.outcome.succeeded
    assert played.outcome.templates is None
    assert played.outcome.registered == with_templates(KNOWN)


def test_a_later_page_that_is_refused_leaves_the_present_ones() -> None:
    first = told({one: f"T{one}" for one in range(50)}, next=50)

    played = registered(
        look([ENABLE, DISABLE], templates=first),
        NO_TEMPLATES,
        known=with_templates(KNOWN),
        offered=KNOWN,
    )

    assert played.outcome.templates is None
    assert changing(played)[1:] == []


def test_without_templates_their_number_is_asked_for() -> None:
    played = registered(look([], templates=told({})), [OK, OK], known={})

    assert field_of(played.calls[-1].params)["Type"] == "string"
    assert played.outcome.templates == {}


@pytest.mark.parametrize("fields", [{"active": "N"}, {"isDeleted": "Y"}, {"id": "x"}])
def test_what_is_no_active_template_is_not_offered(fields: dict[str, Any]) -> None:
    answer = told({39: "Contract"}, **fields)

    played = registered(look([], templates=answer), [OK, OK], known={})

    assert played.outcome.templates == {}


def test_two_of_one_name_are_told_apart() -> None:
    found = templates.options({39: CONTRACT, 41: CONTRACT, 42: QUOTE})

    assert found == {"39": "Contract (39)", "41": "Contract (41)", "42": "Quote"}


def test_a_name_is_one_short_line() -> None:
    played = registered(
        look([], templates=told({39: "A\n\ud800" + "b" * 500, 41: ""})), [OK] * 2, known={}
    )

    names = [found.name for found in (played.outcome.templates or {}).values()]
    assert names == ["41", "A " + "b" * 98]


@pytest.mark.parametrize("letter", ["a", "\N{CYRILLIC SMALL LETTER YA}", "\N{GRINNING FACE}"])
def test_hundreds_of_templates_fit_into_bitrix24s_table(letter: str) -> None:
    names = {one: letter * 100 for one in range(1, 400)}

    found = templates.kept({500: CONTRACT}, names)

    assert len(found) <= templates.MOST
    assert 399 in found  # the newest
    assert 1 not in found
    for definition in DEFINITIONS:
        offering = templates.offering(definition, found)
        params = add_params(offering, handler=HANDLER, user_id=1)
        assert serialized_bytes(params["PROPERTIES"]) < PROPERTIES_LIMIT


def test_what_is_gone_makes_room_for_what_is_there() -> None:
    gone = {one: Template(name="Old", gone=True) for one in range(1_000, 1_300)}

    found = templates.kept(gone, {1: "Contract", 2: "Quote"})

    assert {1, 2} <= set(found)
    assert len(found) == templates.MOST


@pytest.mark.parametrize("which", ["latest", "every"])
@pytest.mark.parametrize(
    ("known", "words"),
    [
        pytest.param(GONE, "template 39 «Contract» was deleted", id="gone"),
        pytest.param(KNOWN, "made from template 39 «Contract»", id="there"),
        pytest.param({}, "made from template 39.", id="never heard of"),
    ],
)
def test_a_run_that_finds_no_document_names_the_template(
    known: Mapping[int, Template], words: str, which: str
) -> None:
    asked = replace(run(template_id="39", which=which), templates=known)

    played = play(start(ENABLE, asked), page())

    assert played.outcome.error_code == "no_document"
    assert words in played.outcome.log


@pytest.mark.parametrize(
    ("language", "title"),
    [
        pytest.param("de", "Das neueste Dokument", id="ours"),
        pytest.param("", "The latest document", id="not told"),
        pytest.param("ja", "The latest document", id="none of ours"),
    ],
)
def test_choices_are_in_the_portals_language_since_bitrix24_knows_no_other_ones(
    language: str, title: str
) -> None:
    for definition in DEFINITIONS:
        params = add_params(definition, handler=HANDLER, user_id=1, language=language)
        assert params["PROPERTIES"]["which"]["Options"]["latest"] == title
