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

# What an administrator is told of work that fails: what happened, then cause and remedy.
NOTICES: dict[str, str] = {
    "failed": (
        "Linkrobot konnte seine Arbeit für {item} nicht tun, und vielleicht auch für andere nicht."
    ),
    "failed_anywhere": "Linkrobot konnte seine Arbeit nicht tun.",
    "registering": "Linkrobot konnte seine Roboter in diesem Bitrix24 nicht registrieren.",
    "overdue_links": "Öffentliche Links, deren Ende gekommen ist, sind noch aktiv: {number}.",
    "rights": (
        "Der Mitarbeiter, in dessen Namen der Roboter läuft, darf das nicht. Geben Sie ihm "
        "das Recht, Dokumente zu ändern (CRM-Einstellungen, Dokumentvorlagen, Zugriffsrechte)"
        " und dieses CRM-Element zu lesen, oder wählen Sie im Roboter unter „Ausführen als“ "
        "einen Administrator."
    ),
    "plan": (
        "Bitrix24 bietet das im jetzigen Tarif des Portals nicht an. Dokumente, "
        "Automatisierung und Anwendungen brauchen einen kommerziellen Tarif mit aktivem "
        "Market-Abonnement."
    ),
    "scope": (
        "Der Anwendung fehlt eine Berechtigung. Öffnen Sie sie in den Entwicklerressourcen "
        "von Bitrix24 und setzen Sie die Häkchen bei „CRM“ (crm) und „Workflows“ (bizproc)."
    ),
    "access": (
        "Linkrobot hat keinen gültigen Zugang für den Mitarbeiter, in dessen Namen der "
        "Roboter läuft. Prüfen Sie, ob LINKROBOT_CLIENT_ID und LINKROBOT_CLIENT_SECRET "
        "gesetzt sind, oder wählen Sie im Roboter unter „Ausführen als“ einen anderen "
        "Mitarbeiter."
    ),
    "renewal": (
        "Ein Link mit einem Ende wurde nicht aktiviert, weil Linkrobot seinen Zugang zu "
        "diesem Bitrix24 nicht erneuern konnte; er wird gebraucht, um den Link später zu "
        "deaktivieren. Wer Linkrobot betreibt, sollte in LINKROBOT_CLIENT_ID und "
        "LINKROBOT_CLIENT_SECRET die Schlüssel dieser Anwendung setzen und `linkrobot doctor`"
        " ansehen; oder lassen Sie die Gültigkeit leer."
    ),
    "admin": (
        "Nur ein Administrator dieses Bitrix24 kann die Roboter registrieren. Bitten Sie "
        "einen Administrator, die Anwendung einmal zu öffnen."
    ),
    "template": (
        "Ein Roboter verwendet eine Dokumentvorlage, die gelöscht wurde. Wählen Sie in diesem"
        " Roboter eine andere Vorlage."
    ),
    "overdue": (
        "Linkrobot kann sie nicht deaktivieren. `linkrobot doctor` sagt, was im Weg ist; ist "
        "das behoben, werden sie binnen etwa einer Stunde deaktiviert. Bis dahin lassen sie "
        "sich in den Dokumenten von Hand deaktivieren."
    ),
    "open": "Linkrobot öffnen",
    "once": "Zu jeder Ursache werden Sie höchstens einmal am Tag benachrichtigt.",
}
