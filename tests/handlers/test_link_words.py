"""The section of links: words for all that the register knows, and what people may look for."""

import pytest

from handlers.page import link_search
from handlers.page.link_search import Asked
from handlers.page.link_words import ACTIONS, ENDINGS, SHOWN, SOURCES, STATES, item_path
from robot.errors import UnreadableError
from robot.protocol.fields import Fields
from robot.store.audit import Action
from robot.store.browsing import Place, Show
from robot.store.links import EndedBy, LinkState
from robot.store.runs import Source
from tests.store.store_rig import NOW


def read(text: str = "", show: str = "") -> Asked:
    return link_search.read(Fields({"q": text, "show": show}), 1)


def test_everything_in_the_register_has_words() -> None:
    assert set(LinkState) == set(STATES)
    assert set(Action) == set(ACTIONS)
    assert set(Source) <= set(SOURCES)
    assert {*EndedBy, Source.ROBOT, Source.COMMAND, Source.PAGE} == set(ENDINGS)
    assert set(link_search.ENDED_BY) <= set(SHOWN)


@pytest.mark.parametrize("show", SHOWN)
def test_each_choice_is_read_as_itself(show: str) -> None:
    asked = read(show=show)

    assert asked.show == show
    assert asked.is_ended is (asked.search.show is Show.ENDED)


@pytest.mark.parametrize(
    ("text", "item", "number", "words"),
    [
        ("7", "", 7, []),
        ("№ 12", "", 12, []),
        ("deal_7", "DEAL_7", None, []),
        ("https://acme.bitrix24.com/crm/type/128/details/5/", "DYNAMIC_128_5", None, []),
        (" Договор  Поставки ", "", None, ["договор", "поставки"]),
        ("", "", None, []),
    ],
)
def test_one_field_takes_whatever_people_have(
    text: str, item: str, number: int | None, words: list[str]
) -> None:
    search = read(text).search

    assert (search.item, search.number, list(search.words)) == (item, number, words)


def test_a_place_in_the_list_is_carried_by_the_page() -> None:
    place = Place(NOW, 12)

    written = link_search.written(place)

    assert link_search.place(Fields({"after": written})) == place
    assert link_search.place(Fields({})) is None
    with pytest.raises(UnreadableError):
        link_search.place(Fields({"after": "1 OR 1=1"}))


@pytest.mark.parametrize(
    ("item", "path"),
    [
        ("DEAL_7", "/crm/deal/details/7/"),
        ("SMART_INVOICE_5", "/crm/type/31/details/5/"),
        ("DYNAMIC_128_5", "/crm/type/128/details/5/"),
        ("49728", ""),
        ("DEAL_x", ""),
        ("../_7", ""),
        ("", ""),
    ],
)
def test_an_item_is_linked_to_its_page_where_that_is_known(item: str, path: str) -> None:
    assert item_path(item) == path
