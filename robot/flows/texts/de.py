"""The robots' texts in German."""

TEXTS: dict[str, str] = {
    "linkrobot_enable.name": "Öffentlicher Link eines Dokuments: aktivieren",
    "linkrobot_enable.description": (
        "Aktiviert den öffentlichen Link eines Dokuments des CRM-Elements und übergibt ihn "
        "an die nächsten Automatisierungsregeln, z. B. für eine E-Mail oder ein Feld. "
        "Jeder, der den Link hat, kann das Dokument öffnen."
    ),
    "linkrobot_enable.document_id.description": (
        "Zum Beispiel die Dokument-ID aus der Regel „Dokument erstellen“. Wenn leer: das "
        "neueste Dokument des CRM-Elements."
    ),
    "linkrobot_disable.name": "Öffentlicher Link eines Dokuments: deaktivieren",
    "linkrobot_disable.description": (
        "Deaktiviert die öffentlichen Links von Dokumenten des CRM-Elements. Der alte Link "
        "funktioniert dann nie wieder: Bei erneuter Aktivierung entsteht ein neuer."
    ),
    "linkrobot_disable.document_id.description": (
        "Zum Beispiel die Dokument-ID aus der Regel „Dokument erstellen“. Wenn leer: alle "
        "Dokumente des CRM-Elements, deren öffentlicher Link aktiv ist."
    ),
    "linkrobot_disable.output.linked_document_id": (
        "Deaktivierte Links: Dokument-IDs, durch Komma getrennt"
    ),
    "input.document_id": "Dokument-ID",
    "input.template_id": "Vorlagen-ID",
    "input.template_id.description": (
        "Nur Dokumente, die aus der Vorlage mit dieser ID erstellt wurden. Wenn leer: "
        "beliebige Vorlage."
    ),
    "output.public_url": "Öffentlicher Link",
    "output.succeeded": "Erfolgreich (Y/N)",
    "output.error_code": "Fehlercode",
    "output.error_text": "Fehlerbeschreibung",
    "output.linked_document_id": "Dokument-ID",
    "output.document_title": "Dokumenttitel",
    "output.document_number": "Dokumentnummer",
}
