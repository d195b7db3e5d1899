"""The robots' texts in Brazilian Portuguese."""

TEXTS: dict[str, str] = {
    "linkrobot_enable.name": "Link público de um documento: ativar",
    "linkrobot_enable.description": (
        "Ativa o link público de um documento do elemento do CRM e o repassa às próximas "
        "regras de automação, por exemplo, para um e-mail ou um campo. Qualquer pessoa com o "
        "link pode abrir o documento."
    ),
    "linkrobot_enable.document_id.description": (
        "Por exemplo, o ID do documento retornado pela regra “Criar documento”; vários IDs, "
        "separados por vírgula. Se estiver vazio: os documentos escolhidos abaixo."
    ),
    "linkrobot_disable.name": "Link público de um documento: desativar",
    "linkrobot_disable.description": (
        "Desativa os links públicos dos documentos do elemento do CRM. O link antigo deixa "
        "de funcionar definitivamente: ao ativar de novo, é criado outro."
    ),
    "linkrobot_disable.document_id.description": (
        "Por exemplo, o ID do documento retornado pela regra “Criar documento”; vários IDs, "
        "separados por vírgula. Se estiver vazio: os documentos escolhidos abaixo com o link "
        "público ativado."
    ),
    "linkrobot_disable.output.linked_document_id": (
        "Links desativados: IDs dos documentos separados por vírgula"
    ),
    "input.document_id": "ID do documento",
    "input.template_id": "Modelo",
    "input.template_id.description": (
        "Somente documentos criados a partir deste modelo (se nenhuma lista for oferecida: o "
        "ID dele). Se estiver vazio: qualquer modelo."
    ),
    "input.which": "Quais documentos",
    "input.which.description": "Do elemento do CRM, quando nenhum ID do documento é informado.",
    "input.which.latest": "O documento mais recente",
    "input.which.every": "Todos os documentos do elemento",
    "input.valid_days": "Validade, dias",
    "input.valid_days.description": (
        "Depois desse número de dias, o link é desativado sozinho; 0.5 é meio dia. Se "
        "estiver vazio: o link não expira."
    ),
    "input.wait_for_pdf": "Aguardar o PDF",
    "input.wait_for_pdf.description": (
        "Ativa o link quando o PDF está pronto, para que não se abra um documento "
        "incompleto; no máximo, após cinco minutos."
    ),
    "output.public_url": "Link público",
    "output.public_urls": "Links públicos (todos)",
    "output.expires_at": "O link expira em",
    "output.pdf_ready": "PDF pronto (Y/N)",
    "output.succeeded": "Concluído com êxito (Y/N)",
    "output.error_code": "Código do erro",
    "output.error_text": "Descrição do erro",
    "output.linked_document_id": "ID do documento",
    "output.document_title": "Título do documento",
    "output.document_number": "Número do documento",
}

# What an administrator is told of work that fails: what happened, then cause and remedy.
NOTICES: dict[str, str] = {
    "failed": "O Linkrobot não conseguiu fazer o seu trabalho para {item} e talvez para outros.",
    "failed_anywhere": "O Linkrobot não conseguiu fazer o seu trabalho.",
    "registering": "O Linkrobot não conseguiu registrar os seus robôs neste Bitrix24.",
    "overdue_links": "Links públicos cujo prazo acabou e que continuam ativos: {number}.",
    "rights": (
        "O funcionário em nome de quem o robô é executado não tem permissão para isso. Dê a "
        "ele o direito de alterar documentos (Configurações do CRM, Modelos de documentos, "
        "Permissões de acesso) e de ler este item do CRM, ou escolha um administrador em "
        "“Executar como” no robô."
    ),
    "plan": (
        "O Bitrix24 não oferece isso no plano atual do portal. Documentos, automação e "
        "aplicativos precisam de um plano comercial com uma assinatura ativa do Market."
    ),
    "scope": (
        "Falta uma permissão ao aplicativo. Abra-o nos recursos para desenvolvedores do "
        "Bitrix24 e marque “CRM” (crm) e “Fluxos de trabalho” (bizproc)."
    ),
    "access": (
        "O Linkrobot não tem um acesso válido do funcionário em nome de quem o robô é "
        "executado. Verifique se LINKROBOT_CLIENT_ID e LINKROBOT_CLIENT_SECRET estão "
        "definidos, ou escolha outro funcionário em “Executar como” no robô."
    ),
    "renewal": (
        "Um link com prazo não foi ativado porque o Linkrobot não conseguiu renovar o seu "
        "acesso a este Bitrix24, de que precisa para desativar o link depois. O administrador"
        " do Linkrobot deve colocar em LINKROBOT_CLIENT_ID e LINKROBOT_CLIENT_SECRET as "
        "chaves deste aplicativo e consultar `linkrobot doctor`; ou deixe a validade em "
        "branco."
    ),
    "admin": (
        "Só um administrador deste Bitrix24 pode registrar os robôs. Peça a um administrador "
        "que abra o aplicativo uma vez."
    ),
    "template": (
        "Um robô usa um modelo de documento que foi excluído. Escolha outro modelo nesse robô."
    ),
    "overdue": (
        "O Linkrobot não consegue desativá-los. `linkrobot doctor` diz o que impede; depois "
        "de corrigido, eles são desativados em cerca de uma hora. Até lá podem ser "
        "desativados manualmente nos documentos."
    ),
    "open": "Abrir o Linkrobot",
    "once": "Você é avisado de cada causa no máximo uma vez por dia.",
}
