"""Nobody speaks for a portal but the portal: forged, borrowed, repeated and misshapen messages."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest

from tests.programs import App
from tests.scenarios.forged import MESSAGES, SHAPES, message
from tests.scenarios.listeners import Listener, listening
from tests.scenarios.made_up import MadeUpAuthServer, MadeUpPortal
from tests.scenarios.sandbox_portal import ENABLING, LISTING, SandboxPortal
from tests.scenarios.waiting import until

REFUSED = {400, 403, 413}
DOCUMENT = {"id": "61", "entityTypeId": "2", "entityId": "7", "templateId": "39"}
NO_PACE = {"PORTAL_RATE": "100000", "PORTAL_BURST": "100000"}


@pytest.fixture(scope="module")
def liar() -> Iterator[Listener]:
    """The host that every forged message names."""
    server = Listener()
    with listening(server):
        yield server


@pytest.fixture
def unhurried_app(made_up_auth_server: MadeUpAuthServer, tmp_path: Path) -> Iterator[App]:
    """An app that sends as fast as it can."""
    app = App(tmp_path / "data", made_up_auth_server.url, **NO_PACE)
    try:
        yield app.start()
    finally:
        app.end()


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_wrong_token_gets_the_very_answer_of_an_unknown_portal_at_the_same_cost(
    portal: SandboxPortal,
    shared_app: App,
    made_up_auth_server: MadeUpAuthServer,
    liar: Listener,
    kind: str,
) -> None:
    answers, costs = [], []
    for member_id in (secrets.token_hex(16), portal.member_id):
        before = len(made_up_auth_server.received)
        forged = message(kind, member_id, liar.url)
        answers.append(seen(shared_app.post(forged.path, forged.body())))
        costs.append(len(made_up_auth_server.received) - before)

    assert answers[0] == answers[1]
    assert answers[0][0] == 403
    assert costs[0] == costs[1] <= 1, "questions to the authorization server"
    assert liar.received == []


@pytest.mark.parametrize("kind", MESSAGES)
def test_no_portal_speaks_for_another(
    portal: SandboxPortal,
    made_up_portal: MadeUpPortal,
    shared_app: App,
    liar: Listener,
    kind: str,
) -> None:
    own = {"access_token": made_up_portal.access_token, "application_token": "0" * 32}
    at_home = message("run", made_up_portal.member_id, liar.url, **own)
    assert shared_app.post(at_home.path, at_home.body()).status_code == 200
    before = known_of(shared_app, portal)

    for given in (own, {**own, "access_token": ""}):
        forged = message(kind, portal.member_id, liar.url, **given)
        assert shared_app.post(forged.path, forged.body()).status_code == 403

    assert known_of(shared_app, portal) == before
    assert liar.received == []


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_forged_message_of_any_shape_is_refused_and_leaves_nothing(
    portal: SandboxPortal, shared_app: App, liar: Listener, kind: str
) -> None:
    forged = message(kind, portal.member_id, liar.url)
    before = known_of(shared_app, portal)

    told = {
        (name, shape): shared_app.post(forged.path, forged.misshapen(name, written)).status_code
        for name in forged.fields
        for shape, written in SHAPES.items()
    }

    told.pop(("event", "a number"), None)  # an event that is none of ours is let pass
    assert {case: status for case, status in told.items() if status not in REFUSED} == {}
    assert known_of(shared_app, portal) == before
    assert liar.received == []
    assert "Traceback" not in shared_app.log


def test_a_portals_own_message_of_any_shape_is_answered_and_publishes_no_other_document(
    unhurried_app: App, made_up_portal: MadeUpPortal, liar: Listener
) -> None:
    made_up_portal.results[LISTING] = {"documents": [DOCUMENT]}
    made_up_portal.results[ENABLING] = {"publicUrl": "https://acme.example/~a"}
    own = {"access_token": made_up_portal.access_token, "application_token": "1" * 32}
    first = message("run", made_up_portal.member_id, liar.url, **own)
    assert unhurried_app.post(first.path, first.body()).status_code == 200

    told = []
    for name in first.fields:
        for written in SHAPES.values():
            genuine = message("run", made_up_portal.member_id, liar.url, **own)
            body = genuine.misshapen(name, written)
            told.append(unhurried_app.post(genuine.path, body).status_code)
    until(lambda: not waiting(unhurried_app, made_up_portal), what="all runs are over")

    published = {params["id"] for method, params in made_up_portal.calls if method == ENABLING}
    assert set(told) <= {200, *REFUSED}
    assert published == {"61", "62"}, "the second where the field's value is a list of both"
    assert liar.received == []
    assert "Traceback" not in unhurried_app.log


@pytest.mark.parametrize(("code", "status"), [("register", 200), ("@register", 400)])
def test_no_message_makes_us_register_robots_that_call_somebody_else(
    made_up_portal: MadeUpPortal, shared_app: App, liar: Listener, code: str, status: int
) -> None:
    inputs = {"handler": liar.url, "events": liar.url, "user_id": "1", "known": "x"}
    fields = {f"properties[{name}]": value for name, value in inputs.items()} | {"code": code}

    answer = shared_app.post("/bitrix24/robot", made_up_portal.robot_call(**fields))
    until(lambda: not waiting(shared_app, made_up_portal), what="the run is over")

    assert answer.status_code == status
    assert len(made_up_portal.reports()) == (status == 200)
    assert [method for method, _ in made_up_portal.calls if "robot." in method] == []
    assert 'robot="register"' not in shared_app.get("/metrics").text, "a place for each name"


def test_an_access_token_speaks_for_its_own_user_only(
    made_up_portal: MadeUpPortal, shared_app: App
) -> None:
    body = made_up_portal.robot_call(**{"auth[user_id]": "7"})

    answer = shared_app.post("/bitrix24/robot", body)

    found = shared_app.rows(
        "SELECT runs.user_id FROM runs JOIN portals ON portals.id = portal_id WHERE member_id = ?",
        made_up_portal.member_id,
    )
    assert (answer.status_code, found) == (200, [(1,)]), "whose token it is, says its server"


def test_a_message_that_is_sent_again_does_nothing_more(
    made_up_portal: MadeUpPortal, shared_app: App
) -> None:
    token = {"auth[application_token]": "2" * 32}
    run = made_up_portal.robot_call(**token)
    gone = message("uninstall", made_up_portal.member_id, "https://x", application_token="2" * 32)

    runs = [shared_app.post("/bitrix24/robot", run).status_code for _ in range(3)]
    until(made_up_portal.reports, what="the workflow is told")
    removals = [shared_app.post(gone.path, gone.body()).status_code for _ in range(3)]

    assert runs == [200, 200, 200]
    assert len(made_up_portal.reports()) == 1
    assert removals == [200, 403, 403]


def seen(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    """All that a stranger sees of an answer."""
    headers = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status_code, answer.content, headers


def known_of(app: App, portal: SandboxPortal) -> list[tuple[object, ...]]:
    """What the app holds of a portal, and how many messages it keeps."""
    return app.rows(
        "SELECT endpoint, user_id, removed_at, hex(application_token_hash), "
        "(SELECT count(*) FROM runs WHERE portal_id = portals.id), "
        "(SELECT count(*) FROM unverified) FROM portals WHERE member_id = ?",
        portal.member_id,
    )


def waiting(app: App, portal: MadeUpPortal) -> int:
    """How many runs of the portal have something left to do."""
    ((number,),) = app.rows(
        "SELECT count(*) FROM runs JOIN portals ON portals.id = portal_id "
        "WHERE member_id = ? AND finished_at IS NULL",
        portal.member_id,
    )
    return int(number)
