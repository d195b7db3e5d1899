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

# What an administrator is told of work that fails: what happened, then cause and remedy.
NOTICES: dict[str, str] = {
    "failed": "Linkrobot nie mógł wykonać swojej pracy dla {item}, a być może także dla innych.",
    "failed_anywhere": "Linkrobot nie mógł wykonać swojej pracy.",
    "registering": "Linkrobot nie mógł zarejestrować swoich robotów w tym Bitrix24.",
    "overdue_links": "Publiczne linki, których termin minął, a które nadal są włączone: {number}.",
    "rights": (
        "Pracownik, w którego imieniu działa robot, nie ma do tego uprawnień. Nadaj mu prawo "
        "zmieniania dokumentów (Ustawienia CRM, Szablony dokumentów, Uprawnienia dostępu) i "
        "odczytu tego elementu CRM albo wybierz administratora w polu robota „Uruchom jako”."
    ),
    "plan": (
        "Bitrix24 nie oferuje tego w obecnym planie portalu. Dokumenty, automatyzacja i "
        "aplikacje wymagają planu komercyjnego z aktywną subskrypcją Market."
    ),
    "scope": (
        "Aplikacji brakuje uprawnienia. Otwórz ją w zasobach dla deweloperów Bitrix24 i "
        "zaznacz „CRM” (crm) oraz „Procesy biznesowe” (bizproc)."
    ),
    "access": (
        "Linkrobot nie ma ważnego dostępu pracownika, w którego imieniu działa robot. "
        "Sprawdź, czy LINKROBOT_CLIENT_ID i LINKROBOT_CLIENT_SECRET są ustawione, albo "
        "wybierz innego pracownika w polu robota „Uruchom jako”."
    ),
    "renewal": (
        "Link z terminem nie został włączony, ponieważ Linkrobot nie mógł odnowić swojego "
        "dostępu do tego Bitrix24, a potrzebuje go, aby później wyłączyć link. Administrator "
        "Linkrobota powinien ustawić w LINKROBOT_CLIENT_ID i LINKROBOT_CLIENT_SECRET klucze "
        "tej aplikacji i sprawdzić `linkrobot doctor`; albo pozostaw okres ważności pusty."
    ),
    "admin": (
        "Roboty może zarejestrować tylko administrator tego Bitrix24. Poproś administratora, "
        "aby raz otworzył aplikację."
    ),
    "template": (
        "Robot używa szablonu dokumentu, który został usunięty. Wybierz w tym robocie inny szablon."
    ),
    "overdue": (
        "Linkrobot nie może ich wyłączyć. `linkrobot doctor` mówi, co przeszkadza; po "
        "naprawieniu zostaną wyłączone w ciągu około godziny. Do tego czasu można je wyłączyć"
        " ręcznie w dokumentach."
    ),
    "open": "Otwórz Linkrobot",
    "once": "O każdej przyczynie powiadamiamy najwyżej raz dziennie.",
}
