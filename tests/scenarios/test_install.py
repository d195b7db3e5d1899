"""An administrator adds an API-only app to a Bitrix24: the robots are there, and ours alone."""

from urllib.parse import urlencode

from tests.programs import App
from tests.scenarios.listeners import Listener, listening
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.stages import enable

LANGUAGES_SHOWN = {"EN", "DE", "LA", "BR", "FR", "IT", "PL", "TR", "RU", "UA"}


def install_form(member_id: str, endpoint: str, **more: str) -> bytes:
    """The callback of an API-only app, as anybody could write it."""
    auth = {
        "access_token": "f" * 70,
        "refresh_token": "e" * 70,
        "client_endpoint": f"{endpoint}/rest/",
        "server_endpoint": f"{endpoint}/rest/",
        "domain": endpoint.rpartition("/")[2],
        "member_id": member_id,
        "application_token": "a" * 32,
        **more,
    }
    form = {"event": "ONAPPINSTALL", **{f"auth[{name}]": value for name, value in auth.items()}}
    return urlencode(form).encode()


def test_the_robots_wait_for_their_answer_and_run_as_the_administrator_who_installed(
    fresh_portal: SandboxPortal, shared_app: App
) -> None:
    fresh_portal.user(7, admin=True)

    answer = shared_app.install_at(fresh_portal, user_id=7)

    assert answer["status"] == 200
    assert fresh_portal.journal("token.checked"), "installed without asking whose tokens these are"
    robots = fresh_portal.robots()
    codes = {"linkrobot_enable", "linkrobot_disable"}
    assert set(robots) == codes | {f"{code}_activity" for code in codes}
    for fields in robots.values():
        assert fields["USE_SUBSCRIPTION"] == "Y"
        assert str(fields["AUTH_USER_ID"]) == "7"
        assert fields["HANDLER"] == f"{shared_app.url}/bitrix24/robot"


def test_the_robots_speak_all_ten_languages(portal: SandboxPortal) -> None:
    for fields in portal.robots().values():
        shown = [fields, *fields["PROPERTIES"].values(), *fields["RETURN_PROPERTIES"].values()]

        for texts in (about["NAME"] for about in shown):
            assert set(texts) == LANGUAGES_SHOWN
            assert all(texts.values())


def test_updates_uninstalls_and_deleted_documents_will_be_told(
    portal: SandboxPortal, shared_app: App
) -> None:
    bound = {(row["event"], row["handler"]) for row in portal.get("state")["events"]}

    handler = f"{shared_app.url}/bitrix24/events"
    events = {"ONAPPUPDATE", "ONAPPUNINSTALL", "ONCRMDOCUMENTGENERATORDOCUMENTDELETE"}
    assert bound == {(event, handler) for event in events}


def test_a_forged_install_is_refused_and_its_host_is_never_called(shared_app: App) -> None:
    liar = Listener()
    with listening(liar):
        answer = shared_app.post("/bitrix24/install", install_form("b" * 32, liar.url))

    assert answer.status_code == 403
    assert liar.received == []
    assert "b" * 32 not in {row["member_id"] for row in shared_app.json("portals")}


def test_a_forged_install_changes_nothing_at_a_portal_that_is_installed(
    portal: SandboxPortal, shared_app: App
) -> None:
    liar = Listener()
    with listening(liar):
        answer = shared_app.post("/bitrix24/install", install_form(portal.member_id, liar.url))

        deal = portal.item()
        portal.document(deal)
        outputs = portal.run(enable(), item_id=deal)

    assert (answer.status_code, outputs["succeeded"]) == (403, "Y")
    assert liar.received == []


def test_a_robots_call_of_a_stranger_is_refused(shared_app: App) -> None:
    form = {
        "code": "linkrobot_enable",
        "event_token": "664fa13bbbb410.99176768|A1_2|x.y",
        "auth[member_id]": "c" * 32,
        "auth[access_token]": "d" * 70,
    }

    answer = shared_app.post("/bitrix24/robot", urlencode(form).encode())

    assert answer.status_code == 403


def test_another_application_of_the_same_portal_is_not_served(
    fresh_portal: SandboxPortal, shared_app: App
) -> None:
    other = "local.ffffffffffffff.00000000"

    answer = shared_app.offer_to(fresh_portal, client_id=other, client_secret="another one")

    assert answer["status"] == 200, "kept until its id is added to the settings"
    assert fresh_portal.robots() == {}
