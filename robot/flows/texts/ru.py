"""The robots' texts in Russian. A rule is a «робот» here."""

TEXTS: dict[str, str] = {
    "linkrobot_enable.name": "Публичная ссылка на документ: включить",
    "linkrobot_enable.description": (
        "Включает публичную ссылку на документ элемента CRM и передает ее следующим роботам, "
        "например для письма или поля. Открыть документ сможет любой, у кого есть ссылка."
    ),
    "linkrobot_enable.document_id.description": (
        "Например, ID документа из результатов робота «Создать документ»; несколько ID — "
        "через запятую. Если поле пустое — документы, выбранные ниже."
    ),
    "linkrobot_disable.name": "Публичная ссылка на документ: отключить",
    "linkrobot_disable.description": (
        "Отключает публичные ссылки на документы элемента CRM. Старая ссылка навсегда "
        "перестает работать: при повторном включении создается новая."
    ),
    "linkrobot_disable.document_id.description": (
        "Например, ID документа из результатов робота «Создать документ»; несколько ID — "
        "через запятую. Если поле пустое — выбранные ниже документы с включенной публичной "
        "ссылкой."
    ),
    "linkrobot_disable.output.linked_document_id": (
        "Отключенные ссылки: ID документов через запятую"
    ),
    "input.document_id": "ID документа",
    "input.template_id": "Шаблон",
    "input.template_id.description": (
        "Только документы, созданные по этому шаблону (если список не предлагается — его "
        "ID). Если поле пустое — любой шаблон."
    ),
    "input.which": "Какие документы",
    "input.which.description": "Документы элемента CRM, если ID документа не указан.",
    "input.which.latest": "Последний документ",
    "input.which.every": "Все документы элемента",
    "input.valid_days": "Срок действия, дней",
    "input.valid_days.description": (
        "Через столько дней ссылка отключится сама; 0.5 — это полдня. Если поле пустое — бессрочно."
    ),
    "input.wait_for_pdf": "Ждать PDF",
    "input.wait_for_pdf.description": (
        "Включает ссылку, когда PDF готов, чтобы не открылся недоделанный документ; не позже "
        "чем через пять минут."
    ),
    "output.public_url": "Публичная ссылка",
    "output.public_urls": "Публичные ссылки (все)",
    "output.expires_at": "Ссылка действует до",
    "output.pdf_ready": "PDF готов (Y/N)",
    "output.succeeded": "Успешно (Y/N)",
    "output.error_code": "Код ошибки",
    "output.error_text": "Текст ошибки",
    "output.linked_document_id": "ID документа",
    "output.document_title": "Название документа",
    "output.document_number": "Номер документа",
}
