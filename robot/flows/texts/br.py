"""The robots' texts in Brazilian Portuguese."""

TEXTS: dict[str, str] = {
    "linkrobot_enable.name": "Link público de um documento: ativar",
    "linkrobot_enable.description": (
        "Ativa o link público de um documento do elemento do CRM e o repassa às próximas "
        "regras de automação, por exemplo, para um e-mail ou um campo. Qualquer pessoa com "
        "o link pode abrir o documento."
    ),
    "linkrobot_enable.document_id.description": (
        "Por exemplo, o ID do documento retornado pela regra “Criar documento”. Se estiver "
        "vazio: o documento mais recente do elemento do CRM."
    ),
    "linkrobot_disable.name": "Link público de um documento: desativar",
    "linkrobot_disable.description": (
        "Desativa os links públicos dos documentos do elemento do CRM. O link antigo deixa "
        "de funcionar definitivamente: ao ativar de novo, é criado outro."
    ),
    "linkrobot_disable.document_id.description": (
        "Por exemplo, o ID do documento retornado pela regra “Criar documento”. Se estiver "
        "vazio: todos os documentos do elemento do CRM com o link público ativado."
    ),
    "linkrobot_disable.output.linked_document_id": (
        "Links desativados: IDs dos documentos separados por vírgula"
    ),
    "input.document_id": "ID do documento",
    "input.template_id": "ID do modelo",
    "input.template_id.description": (
        "Somente documentos criados a partir do modelo com este ID. Se estiver vazio: "
        "qualquer modelo."
    ),
    "output.public_url": "Link público",
    "output.succeeded": "Concluído com êxito (Y/N)",
    "output.error_code": "Código do erro",
    "output.error_text": "Descrição do erro",
    "output.linked_document_id": "ID do documento",
    "output.document_title": "Título do documento",
    "output.document_number": "Número do documento",
}
