"""The robots' texts in Ukrainian (`ua` is Bitrix24's code). A rule is a «робот» here."""

TEXTS: dict[str, str] = {
    "linkrobot_enable.name": "Публічне посилання на документ: увімкнути",
    "linkrobot_enable.description": (
        "Вмикає публічне посилання на документ елемента CRM і передає його наступним "
        "роботам, наприклад для листа або поля. Відкрити документ зможе кожен, хто має "
        "посилання."
    ),
    "linkrobot_enable.document_id.description": (
        "Наприклад, ID документа з результатів робота «Створити документ». Якщо поле "
        "порожнє — останній документ елемента CRM."
    ),
    "linkrobot_disable.name": "Публічне посилання на документ: вимкнути",
    "linkrobot_disable.description": (
        "Вимикає публічні посилання на документи елемента CRM. Старе посилання назавжди "
        "перестає працювати: після повторного ввімкнення створюється нове."
    ),
    "linkrobot_disable.document_id.description": (
        "Наприклад, ID документа з результатів робота «Створити документ». Якщо поле "
        "порожнє — усі документи елемента CRM з увімкненим публічним посиланням."
    ),
    "linkrobot_disable.output.linked_document_id": "Вимкнені посилання: ID документів через кому",
    "input.document_id": "ID документа",
    "input.template_id": "ID шаблону",
    "input.template_id.description": (
        "Лише документи, створені за шаблоном із цим ID. Якщо поле порожнє — будь-який шаблон."
    ),
    "output.public_url": "Публічне посилання",
    "output.succeeded": "Успішно (Y/N)",
    "output.error_code": "Код помилки",
    "output.error_text": "Текст помилки",
    "output.linked_document_id": "ID документа",
    "output.document_title": "Назва документа",
    "output.document_number": "Номер документа",
}
