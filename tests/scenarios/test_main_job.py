"""A deal reaches a stage, the client gets a working link."""

import httpx2 as httpx

from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.stages import MAIL, enable


def test_the_link_reaches_the_client(portal: SandboxPortal) -> None:
    deal = portal.item()
    document = portal.document(deal, title="Contract", number="C-7")
    portal.stage(enable(), MAIL)

    outputs = portal.outputs(portal.move(deal))

    assert outputs["succeeded"] == "Y"
    assert outputs["linked_document_id"] == str(document)
    assert (outputs["document_title"], outputs["document_number"]) == ("Contract", "C-7")
    assert outputs["public_url"] == portal.document_state(document)["public_url"]
    (mail,) = portal.get("state")["mails"]
    assert outputs["public_url"] in mail["text"]
    page = httpx.get(outputs["public_url"], follow_redirects=True, trust_env=False)
    assert (page.status_code, "Contract" in page.text) == (200, True)
