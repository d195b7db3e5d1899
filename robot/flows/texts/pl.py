"""The robots' texts in Polish."""

TEXTS: dict[str, str] = {
    "linkrobot_enable.name": "Publiczny link do dokumentu: włącz",
    "linkrobot_enable.description": (
        "Włącza publiczny link do dokumentu elementu CRM i przekazuje go kolejnym regułom "
        "automatyzacji, na przykład do wiadomości e-mail lub pola. Dokument może otworzyć "
        "każdy, kto ma ten link."
    ),
    "linkrobot_enable.document_id.description": (
        "Na przykład ID dokumentu zwrócone przez regułę „Utwórz dokument”. Jeśli puste: "
        "najnowszy dokument elementu CRM."
    ),
    "linkrobot_disable.name": "Publiczny link do dokumentu: wyłącz",
    "linkrobot_disable.description": (
        "Wyłącza publiczne linki do dokumentów elementu CRM. Stary link na zawsze "
        "przestaje działać: ponowne włączenie tworzy nowy."
    ),
    "linkrobot_disable.document_id.description": (
        "Na przykład ID dokumentu zwrócone przez regułę „Utwórz dokument”. Jeśli puste: "
        "wszystkie dokumenty elementu CRM z włączonym publicznym linkiem."
    ),
    "linkrobot_disable.output.linked_document_id": (
        "Wyłączone linki: ID dokumentów oddzielone przecinkami"
    ),
    "input.document_id": "ID dokumentu",
    "input.template_id": "ID szablonu",
    "input.template_id.description": (
        "Tylko dokumenty utworzone na podstawie szablonu o tym ID. Jeśli puste: dowolny szablon."
    ),
    "output.public_url": "Publiczny link",
    "output.succeeded": "Wykonano pomyślnie (Y/N)",
    "output.error_code": "Kod błędu",
    "output.error_text": "Opis błędu",
    "output.linked_document_id": "ID dokumentu",
    "output.document_title": "Tytuł dokumentu",
    "output.document_number": "Numer dokumentu",
}
