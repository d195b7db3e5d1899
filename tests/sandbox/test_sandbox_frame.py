"""What the portal's window around an app's page asks the portal, and how pages call it."""

import pytest

from tests.sandbox.sandbox_rig import Bitrix, Handler


@pytest.fixture
def framed(fresh: Bitrix) -> Bitrix:
    """A portal whose app has an interface, and whose installer has not finished."""
    urls = {"install_url": "http://127.0.0.1:9/install", "app_url": "http://127.0.0.1:9/app"}
    fresh.control("POST", "apps/install", interface=True, deliver=False, **urls)
    return fresh


def refused(portal: Bitrix, path: str, **body: object) -> tuple[int, str]:
    answer = portal.http.post(f"{portal.url}/_sandbox/{path}", json=body)
    return answer.status_code, answer.json()["error"]


def test_pages_of_any_origin_may_call(portal: Bitrix) -> None:
    asks = {
        "Origin": "https://app.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }

    asked = portal.http.options(f"{portal.url}/rest/profile", headers=asks)
    answers = [portal.call("profile"), portal.call("profile", "wrong"), asked]

    assert [answer.status_code for answer in answers] == [200, 401, 200]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "content-type" in answer.headers["access-control-allow-headers"]


def test_a_browsers_question_costs_nothing(portal: Bitrix) -> None:
    before = portal.control("GET", "state")["bucket"]["levels"]

    portal.http.options(f"{portal.url}/rest/profile")

    assert portal.control("GET", "state")["bucket"]["levels"] == before
    assert "rest.request" not in portal.kinds()


def test_fresh_tokens_are_of_who_looks(framed: Bitrix) -> None:
    fresh = framed.control("POST", "frame/refresh", user_id=7)

    assert fresh["expires_in"] == "3600"
    assert framed.call("profile", fresh["access_token"]).json()["result"]["ID"] == "7"


def test_only_an_administrator_ends_the_installation(framed: Bitrix, handler: Handler) -> None:
    token = framed.control("POST", "frame/refresh")["access_token"]
    bound = {"event": "ONAPPINSTALL", "handler": f"{handler.url}/events"}
    assert framed.call("event.bind", token, **bound).status_code == 200

    assert framed.control("POST", "frame/finish", user_id=7) == {"result": False}
    assert framed.control("GET", "state")["app"]["installed"] is False
    assert framed.control("POST", "frame/finish", user_id=1) == {"result": True}

    assert framed.control("GET", "state")["app"]["installed"] is True
    assert handler.wait()[0]["event"] == "ONAPPINSTALL"


def test_options_of_the_app_are_the_administrators(framed: Bitrix) -> None:
    kept = framed.control("POST", "frame/option", user_id=1, name="which", value="latest")
    own = framed.control("POST", "frame/option", user_id=7, name="rows", value=50, of_user=True)

    assert (kept, own) == ({"which": "latest"}, {"rows": 50})
    assert refused(framed, "frame/option", user_id=7, name="which", value="x") == (
        403,
        "Only an administrator sets options of the app",
    )
    app = framed.control("GET", "state")["app"]
    assert (app["options"], app["user_options"]) == ({"which": "latest"}, {"7": {"rows": 50}})


def test_a_new_version_is_a_first_opening_again(framed: Bitrix) -> None:
    framed.control("POST", "frame/seen", user_id=7)
    assert framed.control("GET", "state")["app"]["seen_by"] == [7]

    framed.control("POST", "apps/update")

    assert framed.control("GET", "state")["app"]["seen_by"] == []


@pytest.mark.parametrize("action", ["refresh", "seen", "finish", "option"])
def test_without_an_app_there_is_nothing_to_do(fresh: Bitrix, action: str) -> None:
    more = {"name": "which"} if action == "option" else {}

    status, said = refused(fresh, f"frame/{action}", **more)

    assert (status, said.partition(":")[0]) == (409, "No app is installed")


def test_the_window_is_at_the_portals_own_address(framed: Bitrix) -> None:
    """The SDK answers only to the address that the portal names."""
    port = framed.url.rpartition(":")[2]

    answer = framed.http.get(f"http://localhost:{port}/_sandbox/frame?user_id=7&lang=de")

    assert answer.status_code == 307
    assert answer.headers["location"].endswith(f":{port}/_sandbox/frame?user_id=7&lang=de")
    assert "localhost" not in answer.headers["location"]
