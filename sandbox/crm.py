"""CRM items and how bizproc names them: wire facts 2."""

from dataclasses import dataclass

_BY_TYPE = {
    1: ("CCrmDocumentLead", "LEAD"),
    2: ("CCrmDocumentDeal", "DEAL"),
    3: ("CCrmDocumentContact", "CONTACT"),
    4: ("CCrmDocumentCompany", "COMPANY"),
    5: (r"Bitrix\Crm\Integration\BizProc\Document\Invoice", "INVOICE"),
    7: (r"Bitrix\Crm\Integration\BizProc\Document\Quote", "QUOTE"),
    14: (r"Bitrix\Crm\Integration\BizProc\Document\Order", "ORDER"),
    31: (r"Bitrix\Crm\Integration\BizProc\Document\SmartInvoice", "SMART_INVOICE"),
    36: (r"Bitrix\Crm\Integration\BizProc\Document\SmartDocument", "SMART_DOCUMENT"),
    39: (r"Bitrix\Crm\Integration\BizProc\Document\SmartB2eDocument", "SMART_B2E_DOC"),
}
FIRST_SMART_PROCESS = 128


@dataclass(slots=True, kw_only=True)
class Item:
    """A deal, or any other CRM item of a type that robots know."""

    entity_type_id: int
    id: int
    title: str
    stage: str = ""

    @property
    def document_type(self) -> list[str]:
        """Module, entity class, type, as in the POST that runs a robot."""
        entity, name = _names(self.entity_type_id)
        return ["crm", entity, name]

    @property
    def document_id(self) -> list[str]:
        module, entity, name = self.document_type
        return [module, entity, f"{name}_{self.id}"]


def is_known_type(entity_type_id: int) -> bool:
    return entity_type_id in _BY_TYPE or entity_type_id >= FIRST_SMART_PROCESS


def _names(entity_type_id: int) -> tuple[str, str]:
    if entity_type_id >= FIRST_SMART_PROCESS:
        dynamic = r"Bitrix\Crm\Integration\BizProc\Document\Dynamic"
        return dynamic, f"DYNAMIC_{entity_type_id}"
    return _BY_TYPE[entity_type_id]
