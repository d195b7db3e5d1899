"""The robots' texts in English, the language that every other falls back to."""

TEXTS: dict[str, str] = {
    "linkrobot_enable.name": "Public link of a document: turn on",
    "linkrobot_enable.description": (
        "Turns on the public link of a document of the CRM item and passes the link to the "
        "next automation rules, for example for an e-mail or a field. Anyone who has the "
        "link can open the document."
    ),
    "linkrobot_enable.document_id.description": (
        "For example, the document ID that the “Create document” rule returns. If empty: "
        "the latest document of the CRM item."
    ),
    "linkrobot_disable.name": "Public link of a document: turn off",
    "linkrobot_disable.description": (
        "Turns off the public links of documents of the CRM item. The old link stops "
        "working for good: turning it on again creates a new one."
    ),
    "linkrobot_disable.document_id.description": (
        "For example, the document ID that the “Create document” rule returns. If empty: "
        "every document of the CRM item whose public link is on."
    ),
    "linkrobot_disable.output.linked_document_id": (
        "Links turned off: document IDs, comma-separated"
    ),
    "input.document_id": "Document ID",
    "input.template_id": "Template ID",
    "input.template_id.description": (
        "Only documents created from the template with this ID. If empty: any template."
    ),
    "output.public_url": "Public link",
    "output.succeeded": "Succeeded (Y/N)",
    "output.error_code": "Error code",
    "output.error_text": "Error in words",
    "output.linked_document_id": "Document ID",
    "output.document_title": "Document title",
    "output.document_number": "Document number",
}
