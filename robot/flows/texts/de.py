"""The robots' texts in German."""

TEXTS: dict[str, str] = {
    "linkrobot_enable.name": "Öffentlicher Link eines Dokuments: aktivieren",
    "linkrobot_enable.description": (
        "Aktiviert den öffentlichen Link eines Dokuments des CRM-Elements und übergibt ihn "
        "an die nächsten Automatisierungsregeln, z. B. für eine E-Mail oder ein Feld. Jeder, "
        "der den Link hat, kann das Dokument öffnen."
    ),
    "linkrobot_enable.document_id.description": (
        "Zum Beispiel die Dokument-ID aus der Regel „Dokument erstellen“; mehrere IDs durch "
        "Komma getrennt. Wenn leer: die unten gewählten Dokumente."
    ),
    "linkrobot_disable.name": "Öffentlicher Link eines Dokuments: deaktivieren",
    "linkrobot_disable.description": (
        "Deaktiviert die öffentlichen Links von Dokumenten des CRM-Elements. Der alte Link "
        "funktioniert dann nie wieder: Bei erneuter Aktivierung entsteht ein neuer."
    ),
    "linkrobot_disable.document_id.description": (
        "Zum Beispiel die Dokument-ID aus der Regel „Dokument erstellen“; mehrere IDs durch "
        "Komma getrennt. Wenn leer: die unten gewählten Dokumente, deren öffentlicher Link "
        "aktiv ist."
    ),
    "linkrobot_disable.output.linked_document_id": (
        "Deaktivierte Links: Dokument-IDs, durch Komma getrennt"
    ),
    "input.document_id": "Dokument-ID",
    "input.template_id": "Vorlage",
    "input.template_id.description": (
        "Nur Dokumente aus dieser Vorlage (wo keine Liste angeboten wird: ihre ID). Wenn "
        "leer: beliebige Vorlage."
    ),
    "input.which": "Welche Dokumente",
    "input.which.description": "Des CRM-Elements, wenn keine Dokument-ID angegeben ist.",
    "input.which.latest": "Das neueste Dokument",
    "input.which.every": "Alle Dokumente des Elements",
    "input.valid_days": "Gültig, Tage",
    "input.valid_days.description": (
        "Nach so vielen Tagen wird der Link von selbst deaktiviert; 0.5 ist ein halber Tag. "
        "Wenn leer: Der Link läuft nicht ab."
    ),
    "input.wait_for_pdf": "Auf das PDF warten",
    "input.wait_for_pdf.description": (
        "Aktiviert den Link erst, wenn das PDF fertig ist, damit niemand ein unfertiges "
        "Dokument öffnet; spätestens nach fünf Minuten."
    ),
    "output.public_url": "Öffentlicher Link",
    "output.public_urls": "Öffentliche Links (alle)",
    "output.expires_at": "Link endet am",
    "output.pdf_ready": "PDF fertig (Y/N)",
    "output.succeeded": "Erfolgreich (Y/N)",
    "output.error_code": "Fehlercode",
    "output.error_text": "Fehlerbeschreibung",
    "output.linked_document_id": "Dokument-ID",
    "output.document_title": "Dokumenttitel",
    "output.document_number": "Dokumentnummer",
}
