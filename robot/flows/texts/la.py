"""The robots' texts in Latin American Spanish (`la` is Bitrix24's code for Spanish)."""

TEXTS: dict[str, str] = {
    "linkrobot_enable.name": "Enlace público de un documento: activar",
    "linkrobot_enable.description": (
        "Activa el enlace público de un documento del elemento de CRM y lo pasa a las "
        "siguientes reglas de automatización, por ejemplo, para un correo electrónico o un "
        "campo. Cualquiera que tenga el enlace puede abrir el documento."
    ),
    "linkrobot_enable.document_id.description": (
        "Por ejemplo, el ID del documento que devuelve la regla “Crear documento”. Si está "
        "vacío: el último documento del elemento de CRM."
    ),
    "linkrobot_disable.name": "Enlace público de un documento: desactivar",
    "linkrobot_disable.description": (
        "Desactiva los enlaces públicos de los documentos del elemento de CRM. El enlace "
        "anterior deja de funcionar para siempre: al activarlo de nuevo se crea otro."
    ),
    "linkrobot_disable.document_id.description": (
        "Por ejemplo, el ID del documento que devuelve la regla “Crear documento”. Si está "
        "vacío: todos los documentos del elemento de CRM con el enlace público activado."
    ),
    "linkrobot_disable.output.linked_document_id": (
        "Enlaces desactivados: ID de documentos separados por comas"
    ),
    "input.document_id": "ID del documento",
    "input.template_id": "ID de la plantilla",
    "input.template_id.description": (
        "Solo los documentos creados a partir de la plantilla con este ID. Si está vacío: "
        "cualquier plantilla."
    ),
    "output.public_url": "Enlace público",
    "output.succeeded": "Realizado con éxito (Y/N)",
    "output.error_code": "Código de error",
    "output.error_text": "Descripción del error",
    "output.linked_document_id": "ID del documento",
    "output.document_title": "Título del documento",
    "output.document_number": "Número del documento",
}
