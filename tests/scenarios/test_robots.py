"""What the two robots do with the documents of an item."""

from itertools import pairwise

from tests.scenarios.sandbox_portal import ENABLING, LOOKING_UP, REPORTING, SandboxPortal
from tests.scenarios.stages import MAIL, disable, enable

TEMPLATE, OTHER_TEMPLATE = 39, 41


def log_of(portal: SandboxPortal, workflow_id: str) -> str:
    """What the first robot wrote into the workflow's log."""
    (text,) = portal.finished(workflow_id)["steps"][0]["log"]
    return str(text)


def test_a_named_document_is_looked_up_and_published_in_one_request(portal: SandboxPortal) -> None:
    deal = portal.item()
    document, _newer = portal.document(deal), portal.document(deal)

    outputs = portal.run(enable(document_id=str(document)), item_id=deal)

    assert outputs["linked_document_id"] == str(document)
    assert outputs["public_url"] == portal.public_url(document)
    batches = [request["batch"] for request in portal.journal("rest.request")]
    assert [LOOKING_UP, ENABLING] in batches


def test_the_document_that_the_rule_before_created_is_published(portal: SandboxPortal) -> None:
    deal = portal.item()
    create = {"code": "create_document", "name": "Create", "properties": {"title": "Offer"}}
    portal.stage(create, enable(document_id="{=Create:DocumentId}"), MAIL)

    outputs = portal.outputs(portal.move(deal), step=1)

    assert (outputs["succeeded"], outputs["document_title"]) == ("Y", "Offer")


def test_of_many_documents_the_latest_is_published_and_no_other(portal: SandboxPortal) -> None:
    deal, other_deal = portal.item(), portal.item()
    documents = [portal.document(deal) for _ in range(3)]
    portal.document(other_deal)

    outputs = portal.run(enable(), item_id=deal)

    assert outputs["linked_document_id"] == str(documents[-1])
    assert [event["document"] for event in portal.journal("document.public")] == [documents[-1]]


def test_the_latest_document_of_a_template_is_published(portal: SandboxPortal) -> None:
    deal = portal.item()
    wanted = portal.document(deal, templateId=TEMPLATE)
    portal.document(deal, templateId=OTHER_TEMPLATE)

    outputs = portal.run(enable(template_id=str(TEMPLATE)), item_id=deal)

    assert outputs["linked_document_id"] == str(wanted)


def test_a_document_of_another_item_is_published_and_the_log_says_so(
    portal: SandboxPortal,
) -> None:
    deal, other_deal = portal.item(), portal.item()
    document = portal.document(other_deal)
    portal.stage(enable(document_id=str(document)))

    workflow = portal.move(deal)

    assert portal.outputs(workflow)["public_url"] == portal.public_url(document)
    assert "another CRM item" in log_of(portal, workflow)


def test_a_document_of_the_item_is_published_without_that_note(portal: SandboxPortal) -> None:
    deal = portal.item()
    document = portal.document(deal, title="Contract")
    portal.stage(enable(document_id=str(document)))

    log = log_of(portal, portal.move(deal))

    assert "another CRM item" not in log
    assert "Contract" in log
    assert str(portal.public_url(document)) in log


def test_a_link_that_is_on_stays_the_same(portal: SandboxPortal) -> None:
    deal = portal.item()
    document = portal.document(deal, public=True)
    before = portal.public_url(document)

    outputs = portal.run(enable(), item_id=deal)

    assert outputs["public_url"] == before == portal.public_url(document)


def test_a_title_that_looks_like_a_reference_reaches_the_workflow_unchanged(
    portal: SandboxPortal,
) -> None:
    title = "$result[c0][document][id] & 100% «done» #1+1"
    deals = [portal.item() for _ in range(5)]
    documents = [portal.document(deal, title=title) for deal in deals]
    portal.stage(enable())

    moved = portal.post("move", stage="SEND", items=[[2, deal] for deal in deals])

    outputs = [portal.outputs(workflow) for workflow in moved["workflow_ids"]]
    assert {found["document_title"] for found in outputs} == {title}
    assert [found["public_url"] for found in outputs] == [portal.public_url(d) for d in documents]


def test_disabling_turns_a_named_document_off_and_no_other(portal: SandboxPortal) -> None:
    deal = portal.item()
    named, other = portal.document(deal, public=True), portal.document(deal, public=True)

    outputs = portal.run(disable(document_id=str(named)), item_id=deal)

    assert (outputs["succeeded"], outputs["linked_document_id"]) == ("Y", str(named))
    assert portal.public_url(named) is None
    assert portal.public_url(other)


def test_disabling_turns_off_every_public_document_of_the_item_and_only_those(
    portal: SandboxPortal,
) -> None:
    deal, other_deal = portal.item(), portal.item()
    public = [portal.document(deal, public=True) for _ in range(60)]
    private, foreign = portal.document(deal), portal.document(other_deal, public=True)

    outputs = portal.run(disable(), item_id=deal)

    assert outputs["succeeded"] == "Y"
    assert {portal.public_url(document) for document in public} == {None}
    assert portal.public_url(foreign)
    turned_off = {event["document"] for event in portal.journal("document.private")}
    assert turned_off == set(public)
    assert str(private) not in outputs["linked_document_id"].split(", ")


def test_disabling_may_be_narrowed_to_a_template(portal: SandboxPortal) -> None:
    deal = portal.item()
    meant = portal.document(deal, templateId=TEMPLATE, public=True)
    other = portal.document(deal, templateId=OTHER_TEMPLATE, public=True)

    portal.run(disable(template_id=str(TEMPLATE)), item_id=deal)

    assert portal.public_url(meant) is None
    assert portal.public_url(other)


def test_disabling_where_nothing_is_public_is_a_success(portal: SandboxPortal) -> None:
    deal = portal.item()
    portal.document(deal)

    outputs = portal.run(disable(), item_id=deal)

    assert (outputs["succeeded"], outputs["error_code"]) == ("Y", "")


def test_of_two_rules_for_one_document_the_later_has_the_last_word(portal: SandboxPortal) -> None:
    deal = portal.item()
    document = portal.document(deal)
    portal.stage(enable(document_id=str(document)), name="ON")
    portal.stage(disable(document_id=str(document)), name="OFF")

    workflows = [portal.move(deal, stage=stage) for stage in ("ON", "OFF", "ON", "OFF")]

    for workflow in workflows:
        assert portal.outputs(workflow)["succeeded"] == "Y"
    assert portal.public_url(document) is None


def test_a_link_that_was_off_is_another_one_when_it_is_on_again(portal: SandboxPortal) -> None:
    deal = portal.item()
    portal.document(deal)
    urls = []

    for _ in range(2):
        urls.append(portal.run(enable(), item_id=deal)["public_url"])
        portal.run(disable(), item_id=deal)

    assert all(first != second for first, second in pairwise(urls))


def test_sixty_deals_at_once_all_get_their_own_link_in_a_handful_of_requests(
    portal: SandboxPortal,
) -> None:
    deals = [portal.item() for _ in range(60)]
    documents = [portal.document(deal) for deal in deals]
    portal.stage(enable(), MAIL)
    before = len(portal.journal("rest.request"))

    moved = portal.post("move", stage="SEND", items=[[2, deal] for deal in deals])

    outputs = [portal.outputs(workflow) for workflow in moved["workflow_ids"]]
    assert [found["linked_document_id"] for found in outputs] == [str(d) for d in documents]
    assert [found["public_url"] for found in outputs] == [portal.public_url(d) for d in documents]
    requests = portal.journal("rest.request")[before:]
    assert len(requests) <= 20, f"180 calls took {len(requests)} requests"
    assert "QUERY_LIMIT_EXCEEDED" not in {code for one in requests for code in one["errors"]}


def test_the_runs_of_two_users_never_share_a_request(portal: SandboxPortal) -> None:
    users = (1, 7)
    deals = {portal.item(): users[n % 2] for n in range(20)}
    documents = {portal.document(deal): user for deal, user in deals.items()}
    for user in users:
        portal.stage(enable(user_id=user), name=f"AS_{user}")

    workflows = [portal.move(deal, stage=f"AS_{user}") for deal, user in deals.items()]

    for workflow in workflows:
        assert portal.outputs(workflow)["succeeded"] == "Y"
    published = portal.journal("document.public")
    assert {event["document"]: event["user_id"] for event in published} == documents
    enabling = [one for one in portal.journal("rest.request") if ENABLING in one["batch"]]
    assert {one["user_id"] for one in enabling} <= set(users)
    assert portal.calls(REPORTING) == len(deals)
