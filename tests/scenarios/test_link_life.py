"""A link from the quote to its end, as an administrator sets it up."""

import re

import httpx2 as httpx

from tests.programs import App
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.stages import disable, enable
from tests.scenarios.waiting import until

SECONDS = 1 / 86_400  # of a day
CREATE = {
    "code": "create_document",
    "name": "Contract",
    "properties": {"title": "Contract", "template_id": "41", "ready_in": "3", "public": "N"},
}
MAIL = {
    "code": "mail",
    "properties": {
        "to": "client@example.com",
        "subject": "Your contract",
        "text": "{=Link:public_url} until {=Link:expires_at}",
    },
}


def opened(url: str) -> httpx.Response:
    return httpx.get(url, follow_redirects=True, trust_env=False)


def days(seconds: float) -> str:
    return f"{seconds * SECONDS:.9f}"


def test_a_contract_is_made_and_mailed_once_its_pdf_is_there_and_its_link_is_gone_later(
    shared_app: App, portal: SandboxPortal
) -> None:
    link = enable(document_id="{=Contract:DocumentId}", valid_days=days(4), wait_for_pdf="Y")
    portal.stage(CREATE, link, MAIL)

    workflow = portal.finished(portal.move(portal.item()))

    outputs = workflow["steps"][1]["outputs"]
    assert (outputs["succeeded"], outputs["pdf_ready"]) == ("Y", "Y"), outputs
    (mail,) = portal.get("state")["mails"]
    assert re.fullmatch(r"http\S+ until \d{4}-\d\d-\d\d \d\d:\d\d UTC", mail["text"])
    assert opened(outputs["public_url"]).status_code == 200
    until(lambda: opened(outputs["public_url"]).status_code == 404, what="the link is gone")

    def states() -> list[tuple[str, str | None]]:
        rows = shared_app.json("links", "--all")
        return [
            (row["state"], row["ended_by"]) for row in rows if row["member_id"] == portal.member_id
        ]

    until(lambda: states() == [("off", "expired")], what="its end is stored, too")


def test_a_deleted_document_ends_its_link_in_the_register(
    shared_app: App, portal: SandboxPortal
) -> None:
    deal = portal.item()
    document = portal.document(deal)
    portal.run(enable(), item_id=deal)

    portal.control("DELETE", f"documents/{document}")

    def ended() -> list[str]:
        rows = shared_app.rows(
            "SELECT ended_by FROM links JOIN portals ON portals.id = portal_id "
            "WHERE member_id = ? AND state = 'off'",
            portal.member_id,
        )
        return [row[0] for row in rows]

    assert until(ended, what="the link has ended") == ["deleted"]


def test_a_conversion_that_fails_is_told_and_the_link_is_turned_on(portal: SandboxPortal) -> None:
    deal = portal.item()
    portal.document(deal, ready_in=1, fails=True)

    outputs = portal.run(enable(wait_for_pdf="Y"), item_id=deal)

    assert (outputs["succeeded"], outputs["pdf_ready"]) == ("Y", "N"), outputs


def test_every_document_of_a_deal_is_turned_on_and_off_again(portal: SandboxPortal) -> None:
    deal, other = portal.item(), portal.item()
    documents = [portal.document(deal) for _ in range(53)]
    untouched = portal.document(other)
    portal.stage(enable(which="every"), name="ON")
    portal.stage(disable(), name="OFF")

    on = portal.outputs(portal.move(deal, stage="ON"))
    urls = [portal.public_url(document) for document in documents]
    off = portal.outputs(portal.move(deal, stage="OFF"))

    assert sorted(on["public_urls"]) == sorted(map(str, urls))
    assert on["public_url"] == urls[-1]
    assert off["succeeded"] == "Y", off
    assert not any(portal.public_url(document) for document in documents)
    assert portal.public_url(untouched) is None


def test_a_multiple_field_names_several_documents(portal: SandboxPortal) -> None:
    deal = portal.item()
    documents = [portal.document(deal) for _ in range(3)]

    outputs = portal.run(enable(document_id=[str(one) for one in documents[:2]]), item_id=deal)

    assert outputs["public_urls"] == [portal.public_url(one) for one in documents[:2]]
    assert portal.public_url(documents[2]) is None


def test_of_several_the_ones_that_fail_are_named(portal: SandboxPortal) -> None:
    deal = portal.item()
    document = portal.document(deal)

    outputs = portal.run(enable(document_id=f"{document}, 99999"), item_id=deal)

    assert (outputs["succeeded"], outputs["public_url"]) == ("N", "")
    assert outputs["public_urls"] == [portal.public_url(document)]
    assert "document 99999" in outputs["error_text"]


def test_without_the_applications_keys_no_link_with_an_end_is_turned_on(
    own_app: App, fresh_portal: SandboxPortal
) -> None:
    for name in ("LINKROBOT_CLIENT_ID", "LINKROBOT_CLIENT_SECRET"):
        own_app.environment.pop(name)
    own_app.start()
    own_app.install_at(fresh_portal)
    deal = fresh_portal.item()
    document = fresh_portal.document(deal)

    outputs = fresh_portal.run(enable(valid_days="14"), item_id=deal)

    assert outputs["error_code"] == "access_does_not_last", outputs
    assert fresh_portal.public_url(document) is None


def test_an_end_that_comes_while_the_portal_is_away_is_made_up_for(
    portal: SandboxPortal,
) -> None:
    deal = portal.item()
    document = portal.document(deal)
    outputs = portal.run(enable(valid_days=days(2)), item_id=deal)
    assert outputs["succeeded"] == "Y", outputs

    portal.fault("status", status=502, times=3)

    until(lambda: portal.public_url(document) is None, what="the link is off")
