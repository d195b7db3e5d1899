"""One deal from its move to the mail, as an app lives through it."""

from tests.sandbox.sandbox_rig import Bitrix, Handler

MAIL = {
    "code": "mail",
    "properties": {"to": "a@example.com", "subject": "Yours", "text": "See {=Link:public_url}"},
}


def test_a_link_that_the_app_returns_reaches_the_mail(portal: Bitrix, handler: Handler) -> None:
    deal = portal.deal()
    document = portal.document(deal)
    portal.robot(handler)
    portal.stage({"code": "link", "name": "Link"}, MAIL)

    workflow_id = portal.move(deal)
    form = handler.wait()[0]
    enabled = portal.result("crm.documentgenerator.document.enablepublicurl", id=document)
    url = enabled["publicUrl"]
    values = {"PUBLIC_URL": url, "unknown": 1}
    token = form["event_token"]
    assert portal.result("bizproc.event.send", event_token=token, return_values=values) is True

    workflow = portal.workflow(workflow_id)
    assert workflow["status"] == "completed"
    assert workflow["steps"][0]["outputs"] == {"public_url": url}
    assert portal.until("mail.sent")["text"] == f"See {url}"


def test_the_journal_tells_the_story_without_tokens(portal: Bitrix, handler: Handler) -> None:
    portal.robot(handler)
    portal.stage({"code": "link", "name": "Link"})

    portal.move(portal.deal())
    token = handler.wait()[0]["event_token"]
    portal.result("bizproc.event.send", event_token=token)

    called = portal.until("robot.called")
    assert (called["code"], called["status"]) == ("link", 200)
    portal.until("workflow.completed")
    text = portal.http.get(f"{portal.url}/_sandbox/journal").text
    assert token not in text
    assert portal.token not in text
    wanted = {"event.sent", "item.moved", "rest.request", "workflow.resumed"}
    assert wanted <= set(portal.kinds())


def test_a_public_link_opens_until_it_is_turned_off(portal: Bitrix) -> None:
    document = portal.document(portal.deal(), title="Offer & more")
    enable = "crm.documentgenerator.document.enablepublicurl"
    url = portal.result(enable, id=document)["publicUrl"]

    redirect = portal.http.get(url)
    page = portal.http.get(redirect.headers["Location"])

    assert redirect.status_code == 302
    assert "Offer &amp; more" in page.text
    assert portal.until("link.opened")["document"] == document
    portal.result(enable, id=document, status=0)
    assert portal.http.get(url).status_code == 404
    assert portal.http.get(redirect.headers["Location"]).status_code == 404
