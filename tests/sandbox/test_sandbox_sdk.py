"""The official Python SDK does against the sandbox what the app does: a client not ours."""

from collections.abc import Iterator
from typing import Any

import pytest
from b24pysdk import BitrixApp, BitrixToken, BitrixWebhook, Client  # type: ignore[import-untyped]
from b24pysdk.api.requesters import BitrixOAuthRequester  # type: ignore[import-untyped]
from b24pysdk.credentials.oauth_workflow_data import (  # type: ignore[import-untyped]
    OAuthWorkflowData,
)
from b24pysdk.errors import (  # type: ignore[import-untyped]
    BitrixAPIAccessDenied,
    BitrixAPIBadRequest,
    BitrixAPIError,
)
from b24pysdk.errors.oauth import (  # type: ignore[import-untyped]
    BitrixOAuthInvalidClient,
    BitrixOauthWrongClient,
)

from tests.sandbox.sandbox_rig import Bitrix, Handler


@pytest.fixture
def tls_portal(
    tls_portals: Iterator[Bitrix], handler: Handler, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bitrix]:
    """A portal over https, with the SDK's authorization server set to the sandbox's."""
    portal = next(tls_portals)
    portal.install(handler)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(portal.certificate))
    monkeypatch.setattr(BitrixOAuthRequester, "_OAUTH_TOKEN_URL", portal.oauth + "/oauth/token/")
    monkeypatch.setattr(BitrixOAuthRequester, "_APP_INFO_URL", portal.oauth + "/rest/app.info/")
    yield portal
    portal.http.close()


@pytest.fixture
def token(tls_portal: Bitrix) -> BitrixToken:
    app = BitrixApp(
        client_id=tls_portal.app["client_id"], client_secret=tls_portal.app["client_secret"]
    )
    return BitrixToken(
        domain=tls_portal.url.removeprefix("https://"),
        auth_token=tls_portal.token,
        refresh_token=tls_portal.refresh_token,
        bitrix_app=app,
    )


@pytest.fixture
def client(token: BitrixToken) -> Any:
    return Client(token)


def test_documents_are_listed_read_and_made_public(tls_portal: Bitrix, client: Any) -> None:
    deal = tls_portal.deal()
    document = tls_portal.document(deal, title="Offer")
    documents = client.crm.documentgenerator.document

    listed = documents.list(filter={"entityTypeId": 2, "entityId": deal}, order={"id": "DESC"})
    read = documents.get(bitrix_id=document)
    enabled = documents.enablepublicurl(bitrix_id=document)

    assert [row["title"] for row in listed.result["documents"]] == ["Offer"]
    assert listed.response.total == 1
    assert read.result["document"]["id"] == str(document)
    assert enabled.result["publicUrl"].startswith(tls_portal.url + "/~")
    assert documents.enablepublicurl(bitrix_id=document, status=0).result["publicUrl"] is None
    assert documents.delete(bitrix_id=document).result is None


def test_long_lists_come_in_pages_and_fast(tls_portal: Bitrix, client: Any) -> None:
    deal = tls_portal.deal()
    for _ in range(120):
        tls_portal.document(deal)
    listed = client.crm.documentgenerator.document.list(
        select=["id"], filter={"entityTypeId": 2, "entityId": deal}
    )

    assert len(list(listed.as_list().result)) == 120
    assert len(list(listed.as_list_fast().result)) == 120


def test_templates_are_listed_and_read(tls_portal: Bitrix, client: Any) -> None:
    for number in range(60):
        tls_portal.control("POST", "templates", name=f"T{number}", active=number % 2 == 0)
    templates = client.crm.documentgenerator.template

    active = templates.list(
        select=["id", "name", "entityTypeId"], filter={"active": "Y"}, order={"id": "DESC"}
    )

    names = [row["name"] for row in active.result["templates"].values()]
    assert active.response.total == 32
    assert (names[0], names[-1]) == ("T58", "Product demonstration implementation")
    assert templates.get(bitrix_id=39).result["template"]["active"] == "Y"


def test_an_activity_is_registered_changed_and_removed(tls_portal: Bitrix, client: Any) -> None:
    activity = client.bizproc.activity

    added = activity.add(
        code="enable",
        handler="https://app.example/activity",
        name={"en": "Enable"},
        use_subscription=True,
        properties={
            "which": {"Name": {"en": "Which"}, "Type": "select", "Options": {"a": "A", "b": "B"}},
            "titles": {"Name": {"en": "Titles"}, "Type": "string", "Multiple": "Y"},
        },
    )

    assert added.result is True
    assert activity.list().result == ["enable"]
    assert activity.update(code="enable", fields={"NAME": {"en": "New"}}).result is True
    assert activity.delete(code="enable").result is True


def test_a_batch_has_results_and_errors_by_name(tls_portal: Bitrix, client: Any) -> None:
    document = tls_portal.document(tls_portal.deal())
    documents = client.crm.documentgenerator.document

    result = client.call_batch(
        {
            "good": documents.enablepublicurl(bitrix_id=document),
            "bad": documents.get(bitrix_id=999),
        }
    ).response.result

    assert set(result.result) == {"good"}
    assert result.result_error["bad"]["error_description"] == "Document not found"


def test_a_robot_is_registered_changed_and_removed(tls_portal: Bitrix, client: Any) -> None:
    robot = client.bizproc.robot
    handler = "https://app.example/robot"

    added = robot.add(
        code="link",
        handler=handler,
        name={"en": "Link"},
        auth_user_id=1,
        use_subscription=True,
        properties={"which": {"Name": {"en": "Which"}, "Type": "string"}},
        return_properties={"public_url": {"Name": {"en": "URL"}, "Type": "string"}},
    )

    assert added.result is True
    assert robot.list().result == ["link"]
    with pytest.raises(BitrixAPIBadRequest):
        _ = robot.add(code="link", handler=handler, name="x").result
    assert robot.update(code="link", fields={"NAME": {"en": "New"}}).result is True
    assert robot.delete(code="link").result is True
    assert robot.list().result == []


def test_a_robots_call_is_read_and_answered(
    tls_portal: Bitrix, handler: Handler, client: Any, token: BitrixToken
) -> None:
    tls_portal.robot(handler)
    tls_portal.stage({"code": "link", "name": "Link"})
    workflow_id = tls_portal.move(tls_portal.deal())
    form = handler.wait()[0]

    call = OAuthWorkflowData.from_dict(form)
    own = BitrixToken(
        domain=token.domain,
        auth_token=call.auth.oauth_token.access_token,
        bitrix_app=token.bitrix_app,
    )
    sent = Client(own).bizproc.event.send(
        event_token=call.event_token, return_values={"public_url": "https://x"}, log_message="Done"
    )

    assert (call.workflow_id, call.use_subscription) == (workflow_id, True)
    assert call.auth.member_id == tls_portal.member_id
    assert sent.result is True
    step = tls_portal.workflow(workflow_id)["steps"][0]
    assert (step["outputs"], step["log"]) == ({"public_url": "https://x"}, ["Done"])
    with pytest.raises(BitrixAPIAccessDenied):
        _ = client.bizproc.event.send(event_token="forged", return_values={}).result


def test_an_expired_token_is_renewed_on_the_way(
    tls_portal: Bitrix, client: Any, token: BitrixToken
) -> None:
    old = (token.auth_token, token.refresh_token)
    tls_portal.control("POST", "tokens/expire")

    assert client.profile().result["ADMIN"] is True

    assert (token.auth_token, token.refresh_token) != old
    assert "token.renewed" in tls_portal.kinds()


def test_the_authorization_server_tells_who_the_token_is(
    tls_portal: Bitrix, token: BitrixToken
) -> None:
    info = token.get_app_info().result

    assert info.client_id == tls_portal.app["client_id"]
    assert info.install.member_id == tls_portal.member_id
    assert info.install.status.is_local
    assert info.install.client_endpoint == tls_portal.url + "/rest/"


def test_wrong_clients_are_told_apart(tls_portal: Bitrix, token: BitrixToken) -> None:
    unknown = BitrixApp(client_id="x", client_secret="y")
    wrong = BitrixApp(client_id=tls_portal.app["client_id"], client_secret="y")

    with pytest.raises(BitrixOauthWrongClient):
        unknown.refresh_oauth_token(token.refresh_token)
    with pytest.raises(BitrixOAuthInvalidClient):
        wrong.refresh_oauth_token(token.refresh_token)


def test_a_webhook_needs_no_token(tls_portal: Bitrix) -> None:
    url = tls_portal.control("POST", "webhooks", user_id=7, scope="crm")["url"]
    hook = url.partition("/rest/")[2].strip("/")

    webhook = BitrixWebhook(domain=tls_portal.url.removeprefix("https://"), webhook_token=hook)

    assert Client(webhook).profile().result["ID"] == "7"


def test_the_portals_own_methods_have_the_sdks_shapes(client: Any) -> None:
    assert client.app.info().result["STATUS"] == "L"
    assert client.method.get(name="bizproc.robot.add").result["isAvailable"] is True
    assert client.scope().result == ["bizproc", "crm"]
    assert client.server.time().response.time.duration >= 0
    with pytest.raises(BitrixAPIError, match=r"crm\.deal\.list"):
        _ = client.crm.deal.list().result
