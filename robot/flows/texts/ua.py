"""The robots' texts in Ukrainian (`ua` is Bitrix24's code). A rule is a «робот» here."""

TEXTS: dict[str, str] = {
    "linkrobot_enable.name": "Публічне посилання на документ: увімкнути",
    "linkrobot_enable.description": (
        "Вмикає публічне посилання на документ елемента CRM і передає його наступним "
        "роботам, наприклад для листа або поля. Відкрити документ зможе кожен, хто має "
        "посилання."
    ),
    "linkrobot_enable.document_id.description": (
        "Наприклад, ID документа з результатів робота «Створити документ»; кілька ID — через "
        "кому. Якщо поле порожнє — документи, вибрані нижче."
    ),
    "linkrobot_disable.name": "Публічне посилання на документ: вимкнути",
    "linkrobot_disable.description": (
        "Вимикає публічні посилання на документи елемента CRM. Старе посилання назавжди "
        "перестає працювати: після повторного ввімкнення створюється нове."
    ),
    "linkrobot_disable.document_id.description": (
        "Наприклад, ID документа з результатів робота «Створити документ»; кілька ID — через "
        "кому. Якщо поле порожнє — вибрані нижче документи з увімкненим публічним "
        "посиланням."
    ),
    "linkrobot_disable.output.linked_document_id": "Вимкнені посилання: ID документів через кому",
    "input.document_id": "ID документа",
    "input.template_id": "Шаблон",
    "input.template_id.description": (
        "Лише документи, створені за цим шаблоном (якщо список не пропонується — його ID). "
        "Якщо поле порожнє — будь-який шаблон."
    ),
    "input.which": "Які документи",
    "input.which.description": "Документи елемента CRM, якщо ID документа не вказано.",
    "input.which.latest": "Останній документ",
    "input.which.every": "Усі документи елемента",
    "input.valid_days": "Термін дії, днів",
    "input.valid_days.description": (
        "Через стільки днів посилання вимкнеться саме; 0.5 — це пів дня. Якщо поле порожнє — "
        "безстроково."
    ),
    "input.wait_for_pdf": "Чекати на PDF",
    "input.wait_for_pdf.description": (
        "Вмикає посилання, коли PDF готовий, щоб не відкрився недороблений документ; не "
        "пізніше ніж за п’ять хвилин."
    ),
    "output.public_url": "Публічне посилання",
    "output.public_urls": "Публічні посилання (усі)",
    "output.expires_at": "Посилання діє до",
    "output.pdf_ready": "PDF готовий (Y/N)",
    "output.succeeded": "Успішно (Y/N)",
    "output.error_code": "Код помилки",
    "output.error_text": "Текст помилки",
    "output.linked_document_id": "ID документа",
    "output.document_title": "Назва документа",
    "output.document_number": "Номер документа",
}
