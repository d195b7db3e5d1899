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

# What an administrator is told of work that fails: what happened, then cause and remedy.
NOTICES: dict[str, str] = {
    "failed": "Linkrobot could not do its work for {item}, and perhaps for others.",
    "failed_anywhere": "Linkrobot could not do its work.",
    "registering": "Linkrobot could not register its robots in this Bitrix24.",
    "overdue_links": "Public links whose end has come are still on: {number}.",
    "rights": (
        "The employee on whose behalf the robot runs may not do this. Give that employee the "
        "right to change documents (CRM settings, Document templates, Access permissions) and"
        " to read this CRM item, or choose an administrator in the robot's «Run as»."
    ),
    "plan": (
        "Bitrix24 does not offer this on the portal's present plan. Documents, automation and"
        " apps need a commercial plan with an active Market subscription."
    ),
    "scope": (
        "The application lacks a permission. Open it in Bitrix24's developer resources and "
        "tick «CRM» (crm) and «Business processes» (bizproc)."
    ),
    "access": (
        "Linkrobot has no valid access for the employee on whose behalf the robot runs. See "
        "that LINKROBOT_CLIENT_ID and LINKROBOT_CLIENT_SECRET are set, or choose another "
        "employee in the robot's «Run as»."
    ),
    "renewal": (
        "A link with an end was not turned on, because Linkrobot could not renew its access "
        "to this Bitrix24, which it needs to turn the link off later. Linkrobot's "
        "administrator should set LINKROBOT_CLIENT_ID and LINKROBOT_CLIENT_SECRET to this "
        "application's keys and look at `linkrobot doctor`; or leave «Valid for, days» empty."
    ),
    "admin": (
        "Only an administrator of this Bitrix24 can register the robots. Ask an administrator"
        " to open the application once."
    ),
    "template": (
        "A robot uses a document template that was deleted. Choose another template in this robot."
    ),
    "overdue": (
        "Linkrobot is not able to turn them off. `linkrobot doctor` says what is in the way; "
        "once that is mended, they are turned off within about an hour. Until then they can "
        "be turned off by hand in the documents."
    ),
    "open": "Open Linkrobot",
    "once": "You are told of each cause at most once a day.",
}
