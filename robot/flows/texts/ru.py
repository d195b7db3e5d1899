"""The robots' texts in Russian. A rule is a «робот» here."""

TEXTS: dict[str, str] = {
    "linkrobot_enable.name": "Публичная ссылка на документ: включить",
    "linkrobot_enable.description": (
        "Включает публичную ссылку на документ элемента CRM и передает ее следующим "
        "роботам, например для письма или поля. Открыть документ сможет любой, у кого есть "
        "ссылка."
    ),
    "linkrobot_enable.document_id.description": (
        "Например, ID документа из результатов робота «Создать документ». Если поле пустое "
        "— последний документ элемента CRM."
    ),
    "linkrobot_disable.name": "Публичная ссылка на документ: отключить",
    "linkrobot_disable.description": (
        "Отключает публичные ссылки на документы элемента CRM. Старая ссылка навсегда "
        "перестает работать: при повторном включении создается новая."
    ),
    "linkrobot_disable.document_id.description": (
        "Например, ID документа из результатов робота «Создать документ». Если поле пустое "
        "— все документы элемента CRM с включенной публичной ссылкой."
    ),
    "linkrobot_disable.output.linked_document_id": (
        "Отключенные ссылки: ID документов через запятую"
    ),
    "input.document_id": "ID документа",
    "input.template_id": "ID шаблона",
    "input.template_id.description": (
        "Только документы, созданные по шаблону с этим ID. Если поле пустое — любой шаблон."
    ),
    "output.public_url": "Публичная ссылка",
    "output.succeeded": "Успешно (Y/N)",
    "output.error_code": "Код ошибки",
    "output.error_text": "Текст ошибки",
    "output.linked_document_id": "ID документа",
    "output.document_title": "Название документа",
    "output.document_number": "Номер документа",
}
