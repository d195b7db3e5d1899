"""A document as the API shows it; ids are strings. Wire facts 10.3."""

from typing import Any

from sandbox.documents import Document
from sandbox.rest.caller import Caller
from sandbox.rest.clock import iso

_KINDS = {"download": "download", "image": "getImage", "pdf": "getPdf"}


def in_list(caller: Caller, document: Document) -> dict[str, Any]:
    """A row of document.list: without publicUrl."""
    return {
        "id": str(document.id),
        "title": document.title,
        "number": document.number,
        "templateId": str(document.template_id),
        "fileId": str(document.id * 10 + 1),
        "imageId": str(document.id * 10 + 2)
        if document.is_ready(caller.portal.clock.now())
        else None,
        "pdfId": str(document.id * 10 + 3)
        if document.is_ready(caller.portal.clock.now())
        else None,
        "createTime": iso(document.created_at),
        "updateTime": iso(document.updated_at),
        "values": {"_creationMethod": "rest", "stampsEnabled": True},
        "createdBy": str(document.created_by),
        "updatedBy": str(document.updated_by) if document.updated_by else None,
        "stampsEnabled": True,
        "entityId": str(document.entity_id),
        "entityTypeId": str(document.entity_type_id),
        **_urls(caller, document),
    }


def whole(caller: Caller, document: Document) -> dict[str, Any]:
    """The answer of document.get."""
    row = in_list(caller, document)
    for name in ("fileId", "imageId", "pdfId"):
        del row[name]
    return row | {
        "changeStampsEnabled": False,
        "changeStampsDisabledReason": "No seals or signatures in the template",
        "changeQrCodeEnabled": False,
        "qrCodeEnabled": False,
        "changeQrCodeDisabledReason": "No QR code in the template",
        "products": {"currencyId": "USD", "totalSum": "0.00", "totalRows": 0},
        "publicUrl": public_url(caller, document),
        **_transformation(caller, document),
        "pullTag": f"TRANSFORMDOCUMENT{document.id}",
        "emailDiskFile": document.id * 10 + 4,
    }


def public_url(caller: Caller, document: Document) -> Any:
    """The address of the caller's own host; null where there is none, false in old cores."""
    if document.link:
        return document.link.url(caller.url)
    return None if caller.portal.settings.public_off == "null" else False


def _transformation(caller: Caller, document: Document) -> dict[str, Any]:
    """Text and code only where the conversion failed; live ones are not known."""
    if not document.has_failed(caller.portal.clock.now()):
        return {"isTransformationError": False}
    return {
        "isTransformationError": True,
        "transformationErrorMessage": "Error converting the file",
        "transformationErrorCode": "TRANSFORMATION_FAILED",
    }


def _urls(caller: Caller, document: Document) -> dict[str, str]:
    """PDF and image come late: until then their links are missing or empty."""
    urls: dict[str, str] = {}
    for kind, action in _KINDS.items():
        ajax = f"/bitrix/services/main/ajax.php?action=crm.documentgenerator.document.{action}"
        rest = f"/rest/crm.documentgenerator.document.{action}.json?auth={caller.access_token}"
        if kind == "download" or document.is_ready(caller.portal.clock.now()):
            urls[f"{kind}Url"] = f"{caller.url}{ajax}&SITE_ID=s1&id={document.id}"
            urls[f"{kind}UrlMachine"] = f"{caller.url}{rest}&id={document.id}"
        elif caller.portal.settings.pending_urls == "empty":
            urls[f"{kind}Url"] = urls[f"{kind}UrlMachine"] = ""
    return urls
