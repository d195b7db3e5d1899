"""The forms that a portal posts (wire facts 1.5 and 8.1)."""

import time
from urllib.parse import urlencode

from bench.portal.portal import Portal, Run
from bench.portal.site import Site

CODE = "linkrobot_enable"


def robot_call(site: Site, portal: Portal, run: Run) -> bytes:
    """The POST that runs the robot for that deal, with the number of its document."""
    fields = {
        "workflow_id": run.event_token.partition("|")[0],
        "code": CODE,
        "document_id[0]": "crm",
        "document_id[1]": "CCrmDocumentDeal",
        "document_id[2]": f"DEAL_{run.document_id}",
        "document_type[0]": "crm",
        "document_type[1]": "CCrmDocumentDeal",
        "document_type[2]": "DEAL",
        "event_token": run.event_token,
        "properties[document_id]": str(run.document_id),
        "properties[template_id]": "",
        "use_subscription": "Y",
        "timeout_duration": "0",
        "ts": str(int(time.time())),
    }
    return urlencode(fields | _auth(site, portal)).encode()


def installation(site: Site, portal: Portal) -> bytes:
    """ONAPPINSTALL, as a local application without interface gets it."""
    fields = {
        "event": "ONAPPINSTALL",
        "data[VERSION]": "1",
        "data[ACTIVE]": "Y",
        "data[INSTALLED]": "Y",
        "data[LANGUAGE_ID]": "en",
        "ts": str(int(time.time())),
    }
    return urlencode(fields | _auth(site, portal)).encode()


def _auth(site: Site, portal: Portal) -> dict[str, str]:
    return {f"auth[{name}]": value for name, value in site.auth(portal).items()}
