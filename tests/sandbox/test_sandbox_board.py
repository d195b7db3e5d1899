"""What the board needs of the control plane, and who may not use it."""

import pytest

from sandbox.board import board
from tests.sandbox.sandbox_rig import Bitrix, Handler

MAIL = {"code": "mail", "properties": {"to": "a@b.example", "text": "Hello"}}


def stages(portal: Bitrix) -> list[str]:
    return [stage["name"] for stage in portal.control("GET", "state")["stages"]]


@pytest.mark.parametrize("path", ["/", "/crm/deal/details/101/", "/crm/type/147/details/3/"])
def test_a_portal_and_its_deals_are_a_page(fresh: Bitrix, path: str) -> None:
    answer = fresh.http.get(fresh.url + path)

    assert (answer.status_code, answer.headers["content-security-policy"]) == (200, board.POLICY)
    assert "'unsafe" not in board.POLICY


def test_an_old_address_of_a_portal_leads_to_the_board_at_the_new_one(fresh: Bitrix) -> None:
    renamed = fresh.control("POST", "rename", host="127.0.200.78")

    answer = fresh.http.get(f"{fresh.url}/crm/deal/details/101/")

    assert answer.headers["Location"] == f"{renamed['url']}/crm/deal/details/101/"


def test_a_new_stage_stands_before_the_last_one(fresh: Bitrix) -> None:
    fresh.stage(MAIL, name="Signature")
    fresh.stage(MAIL, name="Won")
    fresh.stage(name="Signature")

    assert stages(fresh) == ["New", "Preparation", "Send the contract", "Signature", "Won"]


def test_a_stage_that_only_a_deal_stands_in_is_a_stage(fresh: Bitrix) -> None:
    deal = fresh.deal()

    fresh.control("POST", f"items/2/{deal}/move", stage="Lost")

    assert stages(fresh)[-1] == "Lost"


def test_state_tells_the_robots_of_a_stage(fresh: Bitrix) -> None:
    fresh.stage(MAIL | {"name": "Mail"}, name="Won")

    placed = fresh.control("GET", "state")["stages"][-1]["robots"][0]

    assert (placed["code"], placed["name"]) == ("mail", "Mail")


def test_faults_are_told_and_taken_away_one_by_one(fresh: Bitrix) -> None:
    slow = fresh.control("POST", "faults", target="rest", kind="slow", times=2)
    html = fresh.control("POST", "faults", target="oauth", kind="html")
    assert slow in fresh.control("GET", "state")["faults"]

    fresh.control("DELETE", f"faults/{html['id']}")
    fresh.control("DELETE", f"faults/{slow['id']}")

    left = fresh.control("GET", "state")["faults"]
    assert not {slow["id"], html["id"]} & {fault["id"] for fault in left}


def test_the_journal_gives_its_last_events(fresh: Bitrix) -> None:
    for _ in range(3):
        fresh.move(fresh.deal())

    news = fresh.control("GET", "journal?after=-2")

    assert ([event["n"] for event in news["events"]], news["last"]) == ([2, 3], 3)
    assert len(fresh.control("GET", "journal?after=-9")["events"]) == 3


def test_waiting_for_news_ends_with_a_change_that_no_event_tells(fresh: Bitrix) -> None:
    known = fresh.control("GET", "journal?changes=0")["changes"]
    fresh.deal()

    news = fresh.control("GET", f"journal?wait=60&changes={known}")

    assert news == {"events": [], "last": 0, "changes": known + 1}


def test_workflows_of_one_item(fresh: Bitrix) -> None:
    fresh.stage(MAIL)
    deal = fresh.deal()
    for _ in range(2):
        fresh.move(deal)
    fresh.move(fresh.deal())

    found = fresh.control("GET", f"workflows?item=DEAL_{deal}")

    assert [workflow["stage"] for workflow in found] == ["WON", "WON"]
    assert len(fresh.control("GET", "workflows")) == 3


def test_a_link_is_turned_on_and_off_by_hand(fresh: Bitrix) -> None:
    document = fresh.document(fresh.deal())

    for public in (True, True, False):
        fresh.control("PATCH", f"documents/{document}", public=public)

    assert fresh.kinds() == ["document.public", "document.private"]
    assert fresh.control("GET", "state")["documents"][0]["public_url"] is None


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "application/json; charset=utf-8"}, 200),
    ],
    ids=["a site", "a page without origin", "another port", "text", "a form", "JSON"],
)
def test_pages_of_strangers_change_nothing(
    fresh: Bitrix, headers: dict[str, str], status: int
) -> None:
    json_type = {"Content-Type": "application/json"}

    answer = fresh.http.post(
        f"{fresh.url}/_sandbox/clock", content=b'{"ahead": 60}', headers=json_type | headers
    )

    assert answer.status_code == status
    assert fresh.control("GET", "state")["portal"]["ahead"] == (60 if status == 200 else 0)


def test_the_portals_own_pages_and_programs_may_change_it(fresh: Bitrix) -> None:
    own = fresh.http.delete(f"{fresh.url}/_sandbox/faults", headers={"Origin": fresh.url})
    program = fresh.http.post(f"{fresh.url}/_sandbox/tokens/expire")

    assert (own.status_code, program.status_code) == (200, 200)


def test_looking_again_for_the_pdf_is_nobody_who_opens_the_link(
    portal: Bitrix, handler: Handler
) -> None:
    portal.document(portal.deal(), ready_in=60, public=True)
    link = portal.control("GET", "state")["documents"][0]["public_url"]

    page = portal.http.get(link, follow_redirects=True)
    portal.http.get(str(page.url), params={"again": ""})

    assert portal.kinds().count("link.opened") == 1


def test_what_a_document_is_called_is_text_on_its_page(portal: Bitrix) -> None:
    portal.document(portal.deal(), title="<img src=x onerror=alert(1)>", public=True)
    link = portal.control("GET", "state")["documents"][0]["public_url"]

    page = portal.http.get(link, follow_redirects=True)

    assert "<img" not in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
