"""The robots' texts in Italian."""

TEXTS: dict[str, str] = {
    "linkrobot_enable.name": "Link pubblico di un documento: attiva",
    "linkrobot_enable.description": (
        "Attiva il link pubblico di un documento dell’elemento CRM e lo passa alle regole "
        "di automazione successive, ad esempio per un’e-mail o un campo. Chiunque abbia il "
        "link può aprire il documento."
    ),
    "linkrobot_enable.document_id.description": (
        "Ad esempio l’ID del documento restituito dalla regola “Crea documento”. Se vuoto: "
        "l’ultimo documento dell’elemento CRM."
    ),
    "linkrobot_disable.name": "Link pubblico di un documento: disattiva",
    "linkrobot_disable.description": (
        "Disattiva i link pubblici dei documenti dell’elemento CRM. Il vecchio link smette "
        "per sempre di funzionare: una nuova attivazione ne crea un altro."
    ),
    "linkrobot_disable.document_id.description": (
        "Ad esempio l’ID del documento restituito dalla regola “Crea documento”. Se vuoto: "
        "tutti i documenti dell’elemento CRM con il link pubblico attivo."
    ),
    "linkrobot_disable.output.linked_document_id": (
        "Link disattivati: ID dei documenti separati da virgole"
    ),
    "input.document_id": "ID del documento",
    "input.template_id": "ID del modello",
    "input.template_id.description": (
        "Solo i documenti creati dal modello con questo ID. Se vuoto: qualsiasi modello."
    ),
    "output.public_url": "Link pubblico",
    "output.succeeded": "Eseguito con successo (Y/N)",
    "output.error_code": "Codice dell’errore",
    "output.error_text": "Descrizione dell’errore",
    "output.linked_document_id": "ID del documento",
    "output.document_title": "Titolo del documento",
    "output.document_number": "Numero del documento",
}
