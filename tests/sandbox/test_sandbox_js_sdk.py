"""The official JavaScript SDK does against the sandbox what the app does, from Node."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright._impl._driver import compute_driver_executable

from tests.sandbox.sandbox_rig import Bitrix, Handler

HERE = Path(__file__).parent
DRIVE = HERE / "js/drive.cjs"
SDK = HERE.parents[1] / "handlers/static/vendor/b24jssdk/b24jssdk-2.2.0.min.js"
NODE = compute_driver_executable()[0]  # Playwright brings it, so none has to be installed
ANSWERS_WITHIN = 60.0  # seconds

Drive = Callable[..., Any]


@pytest.fixture
def portal(tls_portals: Iterator[Bitrix], handler: Handler) -> Iterator[Bitrix]:
    portal = next(tls_portals)
    portal.install(handler)
    yield portal
    portal.http.close()


@pytest.fixture
def drive(portal: Bitrix) -> Drive:
    """Do one act of the script with the SDK; what it printed."""

    def run(act: str, *, secret: str = "", **more: Any) -> Any:
        auth = {
            "applicationToken": portal.app["application_token"],
            "userId": 1,
            "memberId": portal.member_id,
            "accessToken": portal.token,
            "refreshToken": portal.refresh_token,
            "expires": int(time.time()) + 3600,
            "expiresIn": 3600,
            "scope": "crm,bizproc",
            "domain": portal.url.removeprefix("https://"),
            "clientEndpoint": f"{portal.url}/rest/",
            # where the SDK renews: no address of Bitrix24's is built into it
            "serverEndpoint": f"{portal.oauth}/rest/",
            "status": "L",
        }
        client = {
            "clientId": portal.app["client_id"],
            "clientSecret": secret or portal.app["client_secret"],
        }
        done = subprocess.run(
            [NODE, DRIVE, act],
            input=json.dumps({"sdk": str(SDK), "auth": auth, "secret": client, "act": more}),
            env={"PATH": os.environ["PATH"], "NODE_EXTRA_CA_CERTS": str(portal.certificate)},
            capture_output=True,
            text=True,
            timeout=ANSWERS_WITHIN,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_documents_are_listed_read_and_made_public(portal: Bitrix, drive: Drive) -> None:
    deal = portal.deal()
    document = portal.document(deal, title="Offer")

    done = drive("documents", id=document, filter={"entityTypeId": 2, "entityId": deal})

    url = done.pop("on")
    assert done == {"titles": ["Offer"], "total": 1, "read": str(document), "off": None}
    assert url.startswith(portal.url + "/~")


def test_long_lists_come_in_pages_and_fast(portal: Bitrix, drive: Drive) -> None:
    deal = portal.deal()
    for _ in range(120):
        portal.document(deal)

    done = drive("pages", filter={"entityTypeId": 2, "entityId": deal})

    assert done == {"listed": 120, "fetched": 120}


def test_a_batch_has_results_and_errors_by_name(portal: Bitrix, drive: Drive) -> None:
    done = drive("batch", id=portal.document(portal.deal()))

    assert done["good"].startswith(portal.url + "/~")
    assert done["bad"] == ["Document not found"]


def test_a_robot_is_registered_changed_and_removed(drive: Drive) -> None:
    robot = {
        "CODE": "link",
        "HANDLER": "https://app.example/robot",
        "AUTH_USER_ID": 1,
        "USE_SUBSCRIPTION": "Y",
        "NAME": {"en": "Link"},
        "PROPERTIES": {"which": {"Name": {"en": "Which"}, "Type": "string"}},
        "RETURN_PROPERTIES": {"public_url": {"Name": {"en": "URL"}, "Type": "string"}},
    }

    done = drive("robots", robot=robot)

    assert done.pop("twice")["code"] == "ERROR_ACTIVITY_ALREADY_INSTALLED"
    assert done == {
        "added": True,
        "listed": ["link"],
        "changed": True,
        "deleted": True,
        "left": [],
    }


def test_an_event_is_bound_once(drive: Drive) -> None:
    done = drive("events", event="ONAPPUNINSTALL", handler="https://app.example/events")

    assert done["bound"] is True
    assert "already binded" in done["twice"]["message"]
    assert [row["event"] for row in done["known"]] == ["ONAPPUNINSTALL"]


def test_a_robots_call_is_answered(portal: Bitrix, handler: Handler, drive: Drive) -> None:
    portal.robot(handler)
    portal.stage({"code": "link", "name": "Link"})
    workflow_id = portal.move(portal.deal())

    done = drive("answer", event_token=handler.wait()[0]["event_token"])

    assert done["sent"] is True
    assert (done["forged"]["code"], done["forged"]["status"]) == ("ACCESS_DENIED", 403)
    step = portal.workflow(workflow_id)["steps"][0]
    assert (step["outputs"], step["log"]) == ({"public_url": "https://x"}, ["Done"])


def test_an_expired_token_is_renewed_on_the_way(portal: Bitrix, drive: Drive) -> None:
    portal.control("POST", "tokens/expire")

    done = drive("renew")

    assert done == {
        "who": "Ada",
        "admin": True,
        "renewed": 1,
        "changed": True,
        "scope": "crm,bizproc",
    }
    assert "token.renewed" in portal.kinds()


def test_a_wrong_secret_is_refused(drive: Drive) -> None:
    done = drive("refuse", secret="wrong")

    assert (done["code"], done["status"]) == ("invalid_client", 400)


def test_errors_say_what_is_wrong(drive: Drive) -> None:
    done = drive("errors")

    assert (done["document"]["message"], done["document"]["status"]) == ("Document not found", 400)
    assert (done["event"]["code"], done["event"]["status"]) == ("ERROR_EVENT_NOT_FOUND", 400)


def test_a_webhook_needs_no_token(portal: Bitrix, drive: Drive) -> None:
    url = portal.control("POST", "webhooks", user_id=7, scope="crm,bizproc")["url"]

    done = drive("hook", url=url)

    assert done["who"] == "Ben"
    assert done["app"]["code"] == "ACCESS_DENIED"
