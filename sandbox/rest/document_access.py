"""Who may do what with a document: the ladder of wire facts 10.2."""

from typing import Any

from sandbox import php
from sandbox.documents import Document
from sandbox.errors import RestError
from sandbox.portal import User
from sandbox.rest.caller import Caller

NOT_FOUND = "Document not found"
ID_MISSING = r"Bitrix\DocumentGenerator\Document constructor must be is public"


def open_document(caller: Caller, id_: Any, *, modify: bool = False) -> Document:
    """Intranet user, view role, the document itself, its CRM item, modify role.

    Raises:
        RestError: the first rung that does not hold; always HTTP 400.
    """
    needs_view(caller)
    document = _find(caller, id_)
    item = (document.entity_type_id, document.entity_id)
    if item not in caller.portal.items or not can_read_crm(caller.user):
        raise RestError("DOCGEN_ACCESS_ERROR", "Access denied")
    if modify and not _has_role(caller, "modify"):
        raise RestError("", "You do not have permissions to modify this document")
    return document


def needs_view(caller: Caller) -> None:
    if caller.user.extranet:
        raise RestError("allowed_only_intranet_user", "")
    if not _has_role(caller, "view"):
        raise RestError("", "You do not have permissions to view documents")


def can_read_crm(user: User) -> bool:
    return user.admin or user.crm_read


def _find(caller: Caller, id_: Any) -> Document:
    """The id is cast as PHP casts it: "61abc" is 61, a filled array is 1."""
    if id_ is None:
        raise RestError("100", ID_MISSING)
    document = caller.portal.documents.get(php.to_int(id_))
    if document is None:
        raise RestError("0", NOT_FOUND)
    if document.module != "crm":
        raise RestError("", NOT_FOUND)
    return document


def _has_role(caller: Caller, needed: str) -> bool:
    """Administrators pass; on plans without document permissions everyone does."""
    if caller.user.admin or not caller.portal.settings.document_permissions:
        return True
    return caller.user.documents == "modify" or caller.user.documents == needed
