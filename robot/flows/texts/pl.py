"""The robots' texts in Polish."""

TEXTS: dict[str, str] = {
    "linkrobot_enable.name": "Publiczny link do dokumentu: włącz",
    "linkrobot_enable.description": (
        "Włącza publiczny link do dokumentu elementu CRM i przekazuje go kolejnym regułom "
        "automatyzacji, na przykład do wiadomości e-mail lub pola. Dokument może otworzyć "
        "każdy, kto ma ten link."
    ),
    "linkrobot_enable.document_id.description": (
        "Na przykład ID dokumentu zwrócone przez regułę „Utwórz dokument”; kilka ID oddziel "
        "przecinkami. Jeśli puste: dokumenty wybrane poniżej."
    ),
    "linkrobot_disable.name": "Publiczny link do dokumentu: wyłącz",
    "linkrobot_disable.description": (
        "Wyłącza publiczne linki do dokumentów elementu CRM. Stary link na zawsze przestaje "
        "działać: ponowne włączenie tworzy nowy."
    ),
    "linkrobot_disable.document_id.description": (
        "Na przykład ID dokumentu zwrócone przez regułę „Utwórz dokument”; kilka ID oddziel "
        "przecinkami. Jeśli puste: dokumenty wybrane poniżej z włączonym publicznym linkiem."
    ),
    "linkrobot_disable.output.linked_document_id": (
        "Wyłączone linki: ID dokumentów oddzielone przecinkami"
    ),
    "input.document_id": "ID dokumentu",
    "input.template_id": "Szablon",
    "input.template_id.description": (
        "Tylko dokumenty utworzone na podstawie tego szablonu (jeśli nie ma listy: jego ID). "
        "Jeśli puste: dowolny szablon."
    ),
    "input.which": "Które dokumenty",
    "input.which.description": "Elementu CRM, gdy nie podano ID dokumentu.",
    "input.which.latest": "Najnowszy dokument",
    "input.which.every": "Wszystkie dokumenty elementu",
    "input.valid_days": "Ważność, dni",
    "input.valid_days.description": (
        "Po tylu dniach link wyłącza się sam; 0.5 to pół dnia. Jeśli puste: link nie wygasa."
    ),
    "input.wait_for_pdf": "Czekaj na PDF",
    "input.wait_for_pdf.description": (
        "Włącza link, gdy PDF jest gotowy, aby nie otwierał się niedokończony dokument; "
        "najpóźniej po pięciu minutach."
    ),
    "output.public_url": "Publiczny link",
    "output.public_urls": "Publiczne linki (wszystkie)",
    "output.expires_at": "Link wygasa",
    "output.pdf_ready": "PDF gotowy (Y/N)",
    "output.succeeded": "Wykonano pomyślnie (Y/N)",
    "output.error_code": "Kod błędu",
    "output.error_text": "Opis błędu",
    "output.linked_document_id": "ID dokumentu",
    "output.document_title": "Tytuł dokumentu",
    "output.document_number": "Numer dokumentu",
}
