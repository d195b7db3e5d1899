"""A robot that cannot do its work says so: the workflow goes on and can branch on the code."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.programs import App
from tests.scenarios.made_up import MadeUpPortal
from tests.scenarios.sandbox_portal import ENABLING, LISTING, SandboxPortal
from tests.scenarios.stages import MAIL, disable, enable
from tests.scenarios.waiting import until


def nothing(_portal: SandboxPortal) -> None:
    """The portal is as it is."""


def refusal(method: str, error: str, text: str = "", status: int = 400) -> Any:
    """Every call of that method is refused."""
    return lambda portal: portal.fault(
        "error", method, error=error, description=text, status=status
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is wrong, and the code that the workflow gets."""

    code: str
    robot: dict[str, Any] = field(default_factory=enable)
    arrange: Callable[[SandboxPortal], Any] = nothing
    documents: int = 1  # of the deal
    words: str = ""  # which the administrator reads


TROUBLES = {
    "no document": Trouble(code="no_document", documents=0),
    "no document of that template": Trouble(code="no_document", robot=enable(template_id="41")),
    "unknown document": Trouble(code="document_not_found", robot=enable(document_id="999")),
    "an id that is no number": Trouble(
        code="unreadable_document_id", robot=enable(document_id="61abc"), words="61abc"
    ),
    "several ids, one of them no number": Trouble(
        code="unreadable_document_id", robot=enable(document_id=["1", "2b"]), words="«2b»"
    ),
    "a template that is no number": Trouble(
        code="unreadable_template_id", robot=enable(template_id="Contract")
    ),
    "an employee without rights": Trouble(code="no_rights", robot=enable(user_id=9)),
    "an employee without rights, document named": Trouble(
        code="no_rights", robot=enable(user_id=9, document_id="1")
    ),
    "an employee who may only look": Trouble(
        code="no_rights",
        robot=enable(user_id=7),
        arrange=lambda portal: portal.user(7, documents="view"),
    ),
    "an employee who may not read the CRM": Trouble(
        code="no_rights",
        robot=enable(user_id=7),
        arrange=lambda portal: portal.user(7, crm_read=False),
    ),
    "a guest from another company": Trouble(
        code="no_rights",
        robot=enable(user_id=7),
        arrange=lambda portal: portal.user(7, extranet=True),
    ),
    "a dismissed employee": Trouble(
        code="no_rights",
        arrange=refusal(LISTING, "authorization_error", "Unable to authorize user", 401),
    ),
    "a method that the plan lacks": Trouble(
        code="not_on_plan",
        arrange=refusal(LISTING, "ERROR_METHOD_NOT_FOUND", "Method not found!", 404),
    ),
    "a permission that the app lacks": Trouble(
        code="scope_missing", arrange=refusal(ENABLING, "insufficient_scope", "", 403)
    ),
    "a refusal that nobody knows": Trouble(
        code="bitrix24_error",
        arrange=refusal(ENABLING, "SOMETHING_NEW", "The moon is full"),
        words="The moon is full",
    ),
    "turning off without rights": Trouble(
        code="no_rights",
        robot=disable(user_id=7, document_id="1"),
        arrange=lambda portal: portal.user(7, documents="view"),
    ),
    "turning off an unknown document": Trouble(
        code="document_not_found", robot=disable(document_id="999")
    ),
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_the_workflow_is_told_why_and_goes_on(portal: SandboxPortal, trouble: Trouble) -> None:
    deal = portal.item()
    documents = [portal.document(deal) for _ in range(trouble.documents)]
    trouble.arrange(portal)
    portal.stage(trouble.robot, MAIL)

    workflow = portal.finished(portal.move(deal))

    step = workflow["steps"][0]
    outputs = step["outputs"]
    assert (outputs["succeeded"], outputs["error_code"]) == ("N", trouble.code)
    assert outputs.get("public_url", "") == ""
    assert trouble.words in outputs["error_text"]
    assert step["log"][0].strip()
    assert workflow["status"] == "completed"
    assert len(portal.get("state")["mails"]) == 1
    assert [portal.public_url(document) for document in documents] == [None] * len(documents)


def test_a_deleted_portal_ends_the_run(portal: SandboxPortal, shared_app: App) -> None:
    deal = portal.item()
    portal.document(deal)
    portal.stage(enable())

    portal.post("delete")
    workflow = portal.move(deal)

    assert portal.delivered(workflow) == [200]
    until(lambda: ending(shared_app, portal.member_id), what="the run is over")
    assert ending(shared_app, portal.member_id) == "portal_deleted"


def test_an_answer_without_a_link_is_a_failure_and_the_link_is_not_taken_for_off(
    made_up_portal: MadeUpPortal, shared_app: App
) -> None:
    made_up_portal.results["crm.documentgenerator.document.list"] = {
        "documents": [{"id": "61", "entityTypeId": "2", "entityId": "7", "templateId": "39"}]
    }
    made_up_portal.results[ENABLING] = {"publicUrl": None}

    answer = shared_app.post("/bitrix24/robot", made_up_portal.robot_call())

    assert answer.status_code == 200
    (report,) = until(made_up_portal.reports, what="the workflow is told")
    values = {name.lower(): value for name, value in report.items()}
    assert values["return_values[error_code]"] == "no_link"
    assert values["return_values[succeeded]"] == "N"
    assert values["return_values[public_url]"] == ""
    assert link_states(shared_app, made_up_portal.member_id)[61] != "off"


def test_documents_of_another_item_are_never_taken_for_the_items_own(
    made_up_portal: MadeUpPortal, shared_app: App
) -> None:
    # Some versions drop a filter that they do not know, and answer with everybody's documents.
    made_up_portal.results["crm.documentgenerator.document.list"] = {
        "documents": [{"id": "62", "entityTypeId": "2", "entityId": "8", "templateId": "39"}]
    }

    shared_app.post("/bitrix24/robot", made_up_portal.robot_call())

    (report,) = until(made_up_portal.reports, what="the workflow is told")
    assert "unexpected_answer" in report.values()
    assert ENABLING not in [method for method, _ in made_up_portal.calls]


def test_a_task_has_no_documents_of_its_own(made_up_portal: MadeUpPortal, shared_app: App) -> None:
    task = {
        "document_id[0]": "tasks",
        "document_id[1]": r"Bitrix\Tasks\Integration\Bizproc\Document\Task",
        "document_id[2]": "49728",
    }

    shared_app.post("/bitrix24/robot", made_up_portal.robot_call(**task))

    (report,) = until(made_up_portal.reports, what="the workflow is told")
    assert "not_a_crm_item" in report.values()


def ending(app: App, member_id: str) -> str:
    """How the newest robot's run at that portal left its workflow; "" while it goes on."""
    found = app.rows(
        "SELECT ending FROM runs JOIN portals ON portals.id = portal_id "
        "WHERE member_id = ? AND source = 'robot' ORDER BY runs.id DESC",
        member_id,
    )
    return str(found[0][0] or "") if found else ""


def link_states(app: App, member_id: str) -> dict[int, str]:
    """document -> what the app believes of its link."""
    found = app.rows(
        "SELECT document_id, state FROM links JOIN portals ON portals.id = portal_id "
        "WHERE member_id = ?",
        member_id,
    )
    return {int(document_id): str(state) for document_id, state in found}
