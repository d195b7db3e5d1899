"""Bitrix24's official SDK reads what Linkrobot did to a link: a client that is not ours."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from b24pysdk import BitrixWebhook, Client  # type: ignore[import-untyped]

from tests.programs import App, Sandbox, running_sandbox
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.stages import disable, enable
from tests.scenarios.waiting import until


@pytest.fixture
def secure() -> Iterator[Sandbox]:
    """The SDK insists on https."""
    with running_sandbox(https=True) as started:
        yield started


@pytest.fixture
def portal(secure: Sandbox, tmp_path: Path) -> Iterator[SandboxPortal]:
    app = App(tmp_path / "data", secure.oauth)
    app.environment["SSL_CERT_FILE"] = secure.certificate
    found = secure.portal()
    try:
        app.start().install_at(found)
        found.set(rate=None)  # the SDK asks from the same address as the app, and often
        yield found
    finally:
        app.end()


@pytest.fixture
def documents(secure: Sandbox, portal: SandboxPortal, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The SDK's way to documents, by an inbound webhook."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", secure.certificate)
    url = portal.post("webhooks", user_id=1, scope="crm")["url"]
    host, _, rest = url.removeprefix("https://").partition("/rest/")
    client = Client(BitrixWebhook(domain=host, webhook_token=rest.strip("/")))
    return client.crm.documentgenerator.document


def test_a_links_life_as_the_official_client_sees_it(portal: SandboxPortal, documents: Any) -> None:
    deal = portal.item()
    first, second = portal.document(deal), portal.document(deal)

    def public(document: int) -> Any:
        return documents.get(bitrix_id=document).result["document"]["publicUrl"]

    on = portal.run(enable(which="every", valid_days=f"{3 / 86_400:.9f}"), item_id=deal)
    assert on["public_urls"] == [public(second), public(first)]
    until(lambda: public(first) is None and public(second) is None, what="both have ended")
    again = portal.run(enable(document_id=str(first)), item_id=deal)
    assert again["public_url"] == public(first)
    assert public(second) is None
    off = portal.run(disable(), item_id=deal)
    assert off["succeeded"] == "Y", off
    assert public(first) is None
