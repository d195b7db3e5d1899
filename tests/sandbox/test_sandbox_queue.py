"""The queue between portal and app, and a chain of robots: wire facts 3."""

from tests.sandbox.sandbox_rig import Bitrix, Handler, eventually

PROPERTIES = {
    "document_id": {"Name": "Document", "Type": "string"},
    "Which": {"Name": "Which", "Type": "string"},
}


def _run(portal: Bitrix, handler: Handler) -> dict[str, str]:
    portal.stage({"code": "link"})
    portal.move(portal.deal())
    return handler.wait()[0]


def test_a_call_is_never_repeated_whatever_the_handler_says(
    portal: Bitrix, handler: Handler
) -> None:
    portal.robot(handler)
    handler.status = 503

    _run(portal, handler)
    assert portal.until("robot.called")["status"] == 503

    portal.control("POST", "deliveries", delay=0)  # nothing else comes meanwhile
    assert len(handler.received) == 1


def test_an_unreachable_handler_is_a_lost_call(portal: Bitrix, handler: Handler) -> None:
    portal.robot(handler, HANDLER="http://127.0.0.1:9/robot")
    portal.stage({"code": "link"})

    workflow_id = portal.move(portal.deal())

    assert portal.until("robot.called")["status"] is None
    assert portal.workflow(workflow_id)["status"] == "waiting"


def test_the_queue_loses_doubles_and_turns_around_on_order(
    portal: Bitrix, handler: Handler
) -> None:
    portal.robot(handler)
    portal.stage({"code": "link"})
    deals = [portal.deal() for _ in range(3)]
    portal.control("POST", "deliveries", lose=1, duplicate=True, reorder=True)

    portal.control("POST", "move", stage="WON", items=[[2, deal] for deal in deals])

    items = [form["document_id[2]"] for form in handler.wait(4)]
    assert items == [f"DEAL_{deals[1]}"] * 2 + [f"DEAL_{deals[0]}"] * 2


def test_one_call_can_come_again_with_the_same_event_token(
    portal: Bitrix, handler: Handler
) -> None:
    portal.robot(handler)
    first = _run(portal, handler)

    portal.control("POST", "deliveries/again", workflow_id=first["workflow_id"])

    again = handler.wait(2)[1]
    assert again["event_token"] == first["event_token"]


def test_a_robot_that_does_not_wait_lets_the_chain_go_on(portal: Bitrix, handler: Handler) -> None:
    portal.robot(handler)
    portal.stage({"code": "link", "use_subscription": "N"}, {"code": "mail"})

    workflow_id = portal.move(portal.deal())

    assert portal.workflow(workflow_id)["status"] == "completed"
    assert handler.wait()[0]["use_subscription"] == "N"


def test_after_its_timeout_a_step_goes_on_without_outputs(portal: Bitrix, handler: Handler) -> None:
    portal.robot(handler)
    mail = {"code": "mail", "properties": {"text": "[{=Link:public_url}]"}}
    portal.stage({"code": "link", "name": "Link", "timeout_duration": 1}, mail)

    workflow_id = portal.move(portal.deal())

    assert portal.until("mail.sent")["text"] == "[]"
    step = portal.workflow(workflow_id)["steps"][0]
    assert (step["state"], step["outputs"]) == ("timeout", {"IsTimeout": 1})
    assert handler.wait()[0]["timeout_duration"] == "1"


def test_a_robot_that_is_gone_ends_the_workflow(portal: Bitrix, handler: Handler) -> None:
    portal.robot(handler)
    portal.stage({"code": "link"})
    portal.result("bizproc.robot.delete", CODE="link")

    workflow_id = portal.move(portal.deal())

    assert portal.workflow(workflow_id)["status"] == "terminated"
    assert portal.until("workflow.failed")["message"] == "Application activity is not installed."


def test_properties_may_use_what_earlier_robots_returned(portal: Bitrix, handler: Handler) -> None:
    portal.robot(handler, PROPERTIES=PROPERTIES)
    portal.stage(
        {"code": "create_document", "name": "Make", "properties": {"title": "Offer"}},
        {
            "code": "link",
            "properties": {"document_id": "{=Make:DocumentId}", "Which": "{=No:thing}"},
        },
    )

    portal.move(portal.deal())

    form = handler.wait()[0]
    documents = portal.control("GET", "state")["documents"]
    assert form["properties[document_id]"] == str(documents[0]["id"])
    assert form["properties[Which]"] == ""


def test_faults_of_the_queue_delay_and_drop(portal: Bitrix, handler: Handler) -> None:
    portal.robot(handler)
    portal.control("POST", "faults", target="delivery", kind="drop_before", times=1)

    portal.stage({"code": "link"})
    portal.move(portal.deal())
    eventually(lambda: "robot.lost" in portal.kinds())

    assert handler.received == []
