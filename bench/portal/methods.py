"""The methods that the measured apps call. Parameters are flat, their names in lower case."""

from collections.abc import Callable
from typing import Any

from bench.portal.portal import ENABLE, GET, LIST, REPORT, Portal

Fields = dict[str, str]
Method = Callable[[Portal, Fields, float], Any]


class CallError(Exception):
    """A method's no."""

    def __init__(self, code: str, text: str, *, status: int = 400) -> None:
        super().__init__(code)
        self.code, self.text, self.status = code, text, status

    def body(self) -> dict[str, str]:
        """As Bitrix24 writes it."""
        return {"error": self.code, "error_description": self.text}


def _list(portal: Portal, fields: Fields, _now: float) -> Any:
    return {"documents": [_document(portal, int(fields["filter[entityid]"]))]}


def _get(portal: Portal, fields: Fields, _now: float) -> Any:
    return {"document": _document(portal, int(fields["id"]))}


def _enable(portal: Portal, fields: Fields, _now: float) -> Any:
    document_id = int(fields["id"])
    if fields.get("status", "1") != "1":
        portal.public.discard(document_id)
        return {"publicUrl": None}
    portal.public.add(document_id)
    return {"publicUrl": portal.link(document_id)}


def _report(portal: Portal, fields: Fields, now: float) -> Any:
    """The workflow goes on with what it was given first."""
    run = portal.runs.get(fields.get("event_token", ""))
    if run is None:
        raise CallError("404", "The business process is not found.")
    if run.reported_at is not None:
        portal.tally.repeated += 1
        return True
    run.reported_at, run.link = now, fields.get("return_values[public_url]", "")
    run.reported.set()
    return True


def _robots(portal: Portal, _fields: Fields, _now: float) -> Any:
    return portal.robots


def _add_robot(portal: Portal, fields: Fields, _now: float) -> Any:
    portal.robots.append(fields["code"])
    return True


def _document(portal: Portal, document_id: int) -> dict[str, Any]:
    """About as many fields as a portal sends; ids are strings (wire facts 10.3)."""
    url = f"{portal.url}/bitrix/services/main/ajax.php?SITE_ID=s1&id={document_id}&action="
    return {
        "id": str(document_id),
        "title": f"Offer {document_id}",
        "number": f"{document_id:06}",
        "templateId": "5",
        "createTime": "2026-11-23T10:20:30+00:00",
        "updateTime": "2026-11-23T10:20:31+00:00",
        "createdBy": "1",
        "updatedBy": "1",
        "stampsEnabled": True,
        "entityTypeId": "2",
        "entityId": str(document_id),
        "downloadUrl": f"{url}crm.documentgenerator.document.download",
        "pdfUrl": f"{url}crm.documentgenerator.document.getPdf",
        "imageUrl": f"{url}crm.documentgenerator.document.getImage",
        "values": {"_creationMethod": "rest", "stampsEnabled": True},
        "publicUrl": portal.link(document_id) if document_id in portal.public else None,
        "isTransformationError": False,
        "products": {"currencyId": "USD", "totalSum": "0.00", "totalRows": 0},
    }


METHODS: dict[str, Method] = {
    LIST: _list,
    GET: _get,
    ENABLE: _enable,
    REPORT: _report,
    "bizproc.robot.list": _robots,
    "bizproc.robot.add": _add_robot,
    "bizproc.robot.update": lambda *_: True,
    "event.get": lambda *_: [],
    "event.bind": lambda *_: True,
    "event.unbind": lambda *_: {"count": 1},
}
