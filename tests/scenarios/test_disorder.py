"""Deliveries twice, turned around, or while the app changes: each run once, and its own link."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx2 as httpx

from tests.programs import App, is_complete
from tests.scenarios.made_up import MadeUpPortal
from tests.scenarios.sandbox_portal import ENABLING, REPORTING, SandboxPortal
from tests.scenarios.stages import enable
from tests.scenarios.test_bursts import Burst
from tests.scenarios.waiting import until

DEALS, TOLD = 40, 4
CONNECTIONS = 20


def test_a_burst_that_comes_twice_and_turned_around_runs_once(portal: SandboxPortal) -> None:
    portal.post("deliveries", duplicate=True, reorder=True)

    burst = Burst(portal, DEALS)

    outputs = burst.outputs()
    until(lambda: len(portal.journal("robot.called")) == 2 * DEALS, what="all came twice")
    assert {event["status"] for event in portal.journal("robot.called")} == {200}
    assert {told["succeeded"] for told in outputs} == {"Y"}
    burst.check_links(outputs)
    assert (portal.calls(ENABLING), portal.calls(REPORTING)) == (DEALS, DEALS)
    assert len(portal.get("state")["mails"]) == DEALS


def test_one_delivery_over_many_connections_at_once_runs_once(
    made_up_portal: MadeUpPortal, shared_app: App
) -> None:
    call = made_up_portal.robot_call()

    def deliver(_number: int) -> int:
        address = f"{shared_app.url}/bitrix24/robot"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        with httpx.Client(trust_env=False, timeout=30) as http:
            return http.post(address, content=call, headers=headers).status_code

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        statuses = list(pool.map(deliver, range(CONNECTIONS)))

    assert statuses == [200] * CONNECTIONS
    until(made_up_portal.reports, what="the workflow is told")
    shared_app.post("/bitrix24/robot", made_up_portal.robot_call())  # a later one
    until(lambda: len(made_up_portal.reports()) >= 2, what="the later one is told")
    tokens = {report["EVENT_TOKEN"] for report in made_up_portal.reports()}
    assert (len(made_up_portal.reports()), len(tokens)) == (2, 2)


def some_told(portal: SandboxPortal) -> None:
    until(lambda: portal.journal("workflow.resumed"), what="the burst is being worked off")


def half_told(portal: SandboxPortal) -> None:
    """Some of a burst are told, and the others' calls are under way for seconds."""
    Burst(portal, TOLD).outputs()
    portal.fault("slow", "batch", seconds=2.0)
    Burst(portal, DEALS - TOLD)
    until(lambda: len(portal.journal("robot.called")) == DEALS, what="all were called")


def test_an_update_in_the_middle_of_a_burst_loses_nothing(portal: SandboxPortal) -> None:
    portal.fault("slow", "batch", seconds=0.2)
    burst = Burst(portal, DEALS)
    some_told(portal)

    assert portal.post("apps/update", version=2)["status"] == 200

    outputs = burst.outputs()
    assert {told["succeeded"] for told in outputs} == {"Y"}
    burst.check_links(outputs)
    until(lambda: is_complete(portal), what="the robots are there again")
    deal = portal.item()
    portal.document(deal)
    assert portal.run(enable(), item_id=deal)["succeeded"] == "Y"


def test_a_move_in_the_middle_of_a_burst_loses_nothing(portal: SandboxPortal) -> None:
    portal.fault("slow", "batch", seconds=0.2)
    burst = Burst(portal, DEALS)
    some_told(portal)

    host = portal.url.removeprefix("http://").replace("127.0.0.", "127.0.2.")
    portal.post("rename", host=host.partition(":")[0])

    for told, document in zip(burst.outputs(), burst.documents, strict=True):
        assert (told["succeeded"], told["linked_document_id"]) == ("Y", str(document))
        # At the old address or at the new one: it leads to the same page.
        assert urlsplit(told["public_url"]).path == urlsplit(portal.public_url(document) or "").path


def endings(app: App, portal: SandboxPortal) -> list[str]:
    """How the portal's robot runs ended; "" where they have not."""
    found = app.rows(
        "SELECT coalesce(ending, '') FROM runs JOIN portals ON portals.id = portal_id "
        "WHERE member_id = ? AND source = 'robot' ORDER BY runs.id",
        portal.member_id,
    )
    return [str(ending) for (ending,) in found]


def test_an_uninstall_in_the_middle_of_a_burst_ends_it_and_the_app_can_come_back(
    portal: SandboxPortal, shared_app: App
) -> None:
    half_told(portal)

    assert portal.post("apps/uninstall")["status"] == 200

    before = len(portal.journal("rest.request"))
    until(lambda: "" not in endings(shared_app, portal), what="all runs have ended")
    ended = endings(shared_app, portal)
    assert "app_removed" in ended
    assert set(ended) <= {"reported", "app_removed"}
    portal.heal()
    shared_app.install_at(portal)
    deal = portal.item()
    portal.document(deal)
    assert portal.run(enable(), item_id=deal)["succeeded"] == "Y"
    until(lambda: "" not in endings(shared_app, portal), what="the new run is over")
    assert endings(shared_app, portal) == [*ended, "reported"], "nothing old goes on"
    late = [one for one in portal.journal("rest.request")[before:] if one["errors"]]
    assert len(late) <= 8, "what was under way, and no more"


def test_a_portal_that_is_deleted_in_the_middle_of_a_burst_is_left_in_peace(
    portal: SandboxPortal, shared_app: App
) -> None:
    half_told(portal)

    portal.post("delete")

    before = len(portal.journal("rest.request"))
    until(lambda: "" not in endings(shared_app, portal), what="all runs have ended")
    assert set(endings(shared_app, portal)) == {"reported", "portal_deleted"}
    assert len(portal.journal("rest.request")) - before <= DEALS
