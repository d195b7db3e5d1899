"""`linkrobot runs retry ID`: a run once more, told to its workflow only where nothing was taken."""

import json
from functools import partial
from typing import Any

from tests.programs import App, Done
from tests.scenarios.conftest import NewPortals
from tests.scenarios.sandbox_portal import ENABLING, REPORTING, SandboxPortal
from tests.scenarios.stages import MAIL, enable
from tests.scenarios.waiting import at_once, until

RUNS = (
    "SELECT runs.id, ending, runs.secrets IS NULL, note, source FROM runs "
    "JOIN portals ON portals.id = portal_id WHERE member_id = ? AND code != '@register'"
)


def runs_of(app: App, portal: SandboxPortal) -> list[tuple[Any, ...]]:
    """number, ending, whether its secrets are wiped, note, source; oldest first."""
    return sorted(app.rows(RUNS, portal.member_id))


def the_run(app: App, portal: SandboxPortal) -> int:
    """The portal's only one, once its end is stored; the portal is told a moment before."""
    until(lambda: all(ending for _, ending, *_ in runs_of(app, portal)), what="it is over")
    ((number, *_),) = runs_of(app, portal)
    return int(number)


def refused(app: App, portal: SandboxPortal, deal: int) -> tuple[int, str]:
    """A run whose answer Bitrix24 did not take: its number, and its workflow, which waits."""
    portal.fault("error", REPORTING, error="ACCESS_DENIED", status=403, times=1)
    portal.stage(enable(), MAIL)
    workflow = portal.move(deal)
    until(lambda: runs_of(app, portal)[-1:] and runs_of(app, portal)[-1][1], what="it is over")
    number, ending, is_wiped, *_ = runs_of(app, portal)[-1]
    assert (ending, is_wiped) == ("refused", 0)
    assert portal.workflow(workflow)["status"] == "waiting"
    return int(number), workflow


def retry(app: App, number: int) -> Done:
    return app.command("runs", "retry", str(number))


def check_told(app: App, portal: SandboxPortal, document: int, workflow: str) -> None:
    """The new run's answer was taken; what it needed for that is gone."""
    link = portal.public_url(document)
    assert portal.outputs(workflow)["public_url"] == link
    assert portal.resumed(workflow) == 1
    first, second = runs_of(app, portal)
    (_, ending, first_is_wiped, note, _), (new, again, is_wiped, _, source) = first, second
    assert (ending, again, source) == ("refused", "reported", "command")
    assert (first_is_wiped, is_wiped) == (1, 1)
    assert f"Done again: run {new}." in note


def test_a_workflow_whose_answer_was_refused_gets_the_same_documents_link(
    portal: SandboxPortal, shared_app: App
) -> None:
    deal = portal.item()
    document = portal.document(deal)
    number, workflow = refused(shared_app, portal, deal)
    portal.document(deal, title="A later one, which the run did not mean")

    done = retry(shared_app, number)

    assert done.returncode == 0, done.stderr
    assert str(portal.public_url(document)) in done.stdout
    assert "took this answer" in done.stdout
    check_told(shared_app, portal, document, workflow)

    once_more = retry(shared_app, number)

    assert "which did it again before" in once_more.stdout
    assert f"Done again: run {runs_of(shared_app, portal)[1][0]}." in once_more.stdout
    assert portal.resumed(workflow) == 1


def test_the_same_while_no_app_runs(own_app: App, fresh_portal: SandboxPortal) -> None:
    own_app.start()
    own_app.install_at(fresh_portal)
    deal = fresh_portal.item()
    document = fresh_portal.document(deal)
    number, workflow = refused(own_app, fresh_portal, deal)
    own_app.stop()

    done = retry(own_app, number)

    assert done.returncode == 0, done.stderr
    check_told(own_app, fresh_portal, document, workflow)


def test_a_workflow_that_has_gone_on_is_told_nothing_and_the_link_is_printed(
    portal: SandboxPortal, shared_app: App
) -> None:
    deal = portal.item()
    outputs = portal.run(enable(), MAIL, item_id=deal)
    assert outputs["error_code"] == "no_document"
    document = portal.document(deal)
    number = the_run(shared_app, portal)

    done = shared_app.command("runs", "retry", str(number), "--json")

    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)
    assert row["outputs"]["public_url"] == portal.public_url(document)
    assert (row["retry_of"], row["source"]) == (number, "command")
    assert "has gone on" in row["workflow"]
    assert portal.calls(REPORTING) == 1


def test_it_is_done_for_the_same_employee(portal: SandboxPortal, shared_app: App) -> None:
    deal = portal.item()
    document = portal.document(deal)
    assert portal.run(enable(user_id=9), item_id=deal)["error_code"] == "no_rights"
    number = the_run(shared_app, portal)
    still = retry(shared_app, number)
    portal.user(9, documents="modify", crm_read=True)

    done = retry(shared_app, number)

    assert (still.returncode, done.returncode) == (1, 0)
    assert "no_rights" in still.stdout
    assert str(portal.public_url(document)) in done.stdout
    callers = {
        request["user_id"]
        for request in portal.journal("rest.request")
        if ENABLING in (request["method"], *request["batch"])
    }
    assert callers == {9}


def test_what_is_not_over_or_cannot_be_done_again_is_one_sentence_and_status_2(
    portals: NewPortals, shared_app: App
) -> None:
    busy, untold = portals(), portals()
    busy.fault("status", status=503)
    busy.stage(enable())
    busy.delivered(busy.move(busy.item()))
    untold.fault("error", REPORTING, error="423", status=400)
    untold.stage(enable())
    untold.move(untold.item())
    untold.wait_for("rest.request", method=REPORTING)
    ((waits, *_),), ((decided, *_),) = runs_of(shared_app, busy), runs_of(shared_app, untold)
    ((registers,),) = shared_app.rows("SELECT min(id) FROM runs WHERE code = '@register'")

    wrong = {
        waits: "is being worked on",
        decided: "has its outcome",
        registers: "robots sync",
        987654321: "There is no run",
    }
    found = at_once(*(partial(retry, shared_app, number) for number in wrong))

    for done, words in zip(found, wrong.values(), strict=True):
        assert (done.returncode, done.stdout) == (2, "")
        assert words in done.stderr
        assert len(done.stderr.splitlines()) == 1
    untold.heal()


def test_where_the_app_was_removed_it_cannot_be_done(
    portal: SandboxPortal, shared_app: App
) -> None:
    deal = portal.item()
    portal.document(deal)
    number, _ = refused(shared_app, portal, deal)
    portal.post("apps/uninstall")

    done = retry(shared_app, number)

    assert done.returncode == 2
    assert "has removed the app" in done.stderr
    assert runs_of(shared_app, portal)[0][2] == 1, "its secrets are gone"


def test_runs_are_shown_as_before(shared_app: App) -> None:
    lines = ("runs", "runs --limit 1", "runs --json --limit 2")
    shown = at_once(*(partial(shared_app.command, *line.split()) for line in lines))

    assert [done.returncode for done in shown] == [0, 0, 0]
    assert len(shown[1].stdout.splitlines()) == 2, "the heading and a run"
    assert len(json.loads(shown[2].stdout)) == 2
