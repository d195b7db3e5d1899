"""Templates by name in the robots' field, and the robots in the workflow designer."""

from typing import Any

from tests.programs import App, is_complete
from tests.scenarios.conftest import NewPortals
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.stages import enable
from tests.scenarios.waiting import until

ROBOTS = ("linkrobot_enable", "linkrobot_disable")
ACTIVITIES = tuple(f"{code}_activity" for code in ROBOTS)
FIRST = {"41": "Contract", "39": "Product demonstration implementation"}
UPDATES = ("bizproc.robot.update", "bizproc.activity.update")
NO_DESIGNER = {"bizproc": False, "crm_automation_deal": True}


def offered(portal: SandboxPortal, code: str = ROBOTS[0]) -> dict[str, str]:
    """What the field for a template offers."""
    field = portal.robots()[code]["PROPERTIES"]["template_id"]
    assert field["TYPE"] == "select"
    return dict(field["OPTIONS"])


def synced(app: App, portal: SandboxPortal) -> dict[str, Any]:
    (row,) = app.json("robots", "sync", "--portal", portal.url.removeprefix("http://"))
    assert row["succeeded"], row
    return dict(row)


def updates(portal: SandboxPortal) -> int:
    return sum(portal.calls(method) for method in UPDATES)


def test_templates_are_offered_by_name_and_kept_current(
    portal: SandboxPortal, shared_app: App
) -> None:
    assert all(offered(portal, code) == FIRST for code in (*ROBOTS, *ACTIVITIES))

    synced(shared_app, portal)
    assert updates(portal) == 0, "nothing had changed"

    new = portal.post("templates", name="Quote")["id"]
    portal.control("PATCH", "templates/41", name="Lease")
    portal.control("DELETE", "templates/39")
    synced(shared_app, portal)

    assert offered(portal) == {
        "41": "Lease",
        str(new): "Quote",
        "39": "Product demonstration implementation (deleted)",
    }
    assert updates(portal) == 4
    portal.post("apps/update", version=2)
    until(lambda: is_complete(portal), what="the robots are there again")
    assert "39" in offered(portal), "robots that use it stay readable after an update, too"


def test_a_run_uses_the_chosen_template_and_names_one_that_was_deleted(
    portal: SandboxPortal, shared_app: App
) -> None:
    deal, other = portal.item(), portal.item()
    contract = portal.document(deal, templateId=41)
    portal.document(deal, templateId=39)

    outputs = portal.run(enable(template_id="41"), item_id=deal)
    portal.control("DELETE", "templates/41")
    synced(shared_app, portal)
    again = portal.run(enable(template_id="41"), item_id=deal)
    none = portal.run(enable(template_id="41"), item_id=other)

    assert outputs["linked_document_id"] == again["linked_document_id"] == str(contract)
    assert none["error_code"] == "no_document"
    assert "template 41 «Contract» was deleted" in none["error_text"]


def test_who_may_not_list_templates_has_a_field_for_their_number(
    fresh_portals: NewPortals, shared_app: App
) -> None:
    portal = fresh_portals()
    method, text = "crm.documentgenerator.template.list", "You do not have permissions"
    portal.fault("error", method, error="", description=text, status=400)

    shared_app.install_at(portal)

    assert portal.robots()[ROBOTS[0]]["PROPERTIES"]["template_id"]["TYPE"] == "string"
    portal.heal()
    synced(shared_app, portal)
    assert offered(portal) == FIRST
    portal.fault("error", method, error="", description=text, status=400)
    synced(shared_app, portal)
    assert offered(portal) == FIRST


def test_the_workflow_designer_has_the_robots_too(portal: SandboxPortal) -> None:
    deal = portal.item()
    document = portal.document(deal)

    on = portal.run({**enable(), "code": ACTIVITIES[0]}, item_id=deal)
    url = portal.public_url(document)
    off = portal.run({**enable(), "code": ACTIVITIES[1]}, item_id=deal)

    assert (on["succeeded"], on["public_url"]) == ("Y", url)
    assert off["succeeded"] == "Y"
    assert portal.public_url(document) is None


def test_a_plan_without_the_designer_has_the_robots_alone(
    fresh_portals: NewPortals, own_app: App
) -> None:
    portal = fresh_portals()
    portal.set(features=NO_DESIGNER)
    own_app.start().offer_to(portal)
    until(lambda: set(portal.robots()) == set(ROBOTS), what="the robots are there")
    deal = portal.item()
    portal.document(deal)
    assert portal.run(enable(), item_id=deal)["succeeded"] == "Y"

    own_app.stop()
    own_app.start()
    assert portal.run(enable(), item_id=deal)["succeeded"] == "Y"
    assert portal.calls("bizproc.activity.list") == 1, "not tried at every start"
    (row,) = own_app.json("portals")
    assert row["robots"] == "linkrobot_disable, linkrobot_enable"

    portal.set(features={"bizproc": True, "crm_automation_deal": True})
    synced(own_app, portal)
    assert set(portal.robots()) == {*ROBOTS, *ACTIVITIES}


def test_who_does_not_want_the_activities_has_them_removed(
    fresh_portals: NewPortals, own_app: App
) -> None:
    portal = fresh_portals()
    own_app.start().install_at(portal)
    assert set(portal.robots()) == {*ROBOTS, *ACTIVITIES}

    own_app.stop()
    own_app.environment["LINKROBOT_ACTIVITIES"] = "false"
    own_app.start()

    until(lambda: set(portal.robots()) == set(ROBOTS), what="the activities are gone")
