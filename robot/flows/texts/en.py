"""The robots' texts in English, the language that every other falls back to."""

TEXTS: dict[str, str] = {
    "linkrobot_enable.name": "Public link of a document: turn on",
    "linkrobot_enable.description": (
        "Turns on the public link of a document of the CRM item and passes the link to the "
        "next automation rules, for example for an e-mail or a field. Anyone who has the "
        "link can open the document."
    ),
    "linkrobot_enable.document_id.description": (
        "For example, the document ID that the “Create document” rule returns; several IDs: "
        "comma-separated. If empty: the documents chosen below."
    ),
    "linkrobot_disable.name": "Public link of a document: turn off",
    "linkrobot_disable.description": (
        "Turns off the public links of documents of the CRM item. The old link stops working "
        "for good: turning it on again creates a new one."
    ),
    "linkrobot_disable.document_id.description": (
        "For example, the document ID that the “Create document” rule returns; several IDs: "
        "comma-separated. If empty: the documents chosen below whose public link is on."
    ),
    "linkrobot_disable.output.linked_document_id": (
        "Links turned off: document IDs, comma-separated"
    ),
    "input.document_id": "Document ID",
    "input.template_id": "Template",
    "input.template_id.description": (
        "Only documents created from this template (where no list is offered: its ID). If "
        "empty: any template."
    ),
    "input.which": "Which documents",
    "input.which.description": "Of the CRM item, where no document ID is given.",
    "input.which.latest": "The latest document",
    "input.which.every": "Every document of the item",
    "input.valid_days": "Valid for, days",
    "input.valid_days.description": (
        "After so many days the link is turned off by itself; 0.5 is half a day. If empty: "
        "the link has no end."
    ),
    "input.wait_for_pdf": "Wait for the PDF",
    "input.wait_for_pdf.description": (
        "Turns the link on once the PDF is ready, so that it does not open half-made; after "
        "five minutes at the latest."
    ),
    "output.public_url": "Public link",
    "output.public_urls": "Public links (all)",
    "output.expires_at": "Link ends at",
    "output.pdf_ready": "PDF ready (Y/N)",
    "output.succeeded": "Succeeded (Y/N)",
    "output.error_code": "Error code",
    "output.error_text": "Error in words",
    "output.linked_document_id": "Document ID",
    "output.document_title": "Document title",
    "output.document_number": "Document number",
}
