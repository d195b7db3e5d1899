"""The robots' texts in Latin American Spanish (`la` is Bitrix24's code for Spanish)."""

TEXTS: dict[str, str] = {
    "linkrobot_enable.name": "Enlace público de un documento: activar",
    "linkrobot_enable.description": (
        "Activa el enlace público de un documento del elemento de CRM y lo pasa a las "
        "siguientes reglas de automatización, por ejemplo, para un correo electrónico o un "
        "campo. Cualquiera que tenga el enlace puede abrir el documento."
    ),
    "linkrobot_enable.document_id.description": (
        "Por ejemplo, el ID del documento que devuelve la regla “Crear documento”; varios "
        "ID, separados por comas. Si está vacío: los documentos elegidos abajo."
    ),
    "linkrobot_disable.name": "Enlace público de un documento: desactivar",
    "linkrobot_disable.description": (
        "Desactiva los enlaces públicos de los documentos del elemento de CRM. El enlace "
        "anterior deja de funcionar para siempre: al activarlo de nuevo se crea otro."
    ),
    "linkrobot_disable.document_id.description": (
        "Por ejemplo, el ID del documento que devuelve la regla “Crear documento”; varios "
        "ID, separados por comas. Si está vacío: los documentos elegidos abajo con el enlace "
        "público activado."
    ),
    "linkrobot_disable.output.linked_document_id": (
        "Enlaces desactivados: ID de documentos separados por comas"
    ),
    "input.document_id": "ID del documento",
    "input.template_id": "Plantilla",
    "input.template_id.description": (
        "Solo los documentos creados a partir de esta plantilla (si no se ofrece una lista: "
        "su ID). Si está vacío: cualquier plantilla."
    ),
    "input.which": "Qué documentos",
    "input.which.description": "Del elemento de CRM, si no se indica el ID del documento.",
    "input.which.latest": "El último documento",
    "input.which.every": "Todos los documentos del elemento",
    "input.valid_days": "Validez, días",
    "input.valid_days.description": (
        "Después de tantos días, el enlace se desactiva por sí solo; 0.5 es medio día. Si "
        "está vacío: el enlace no caduca."
    ),
    "input.wait_for_pdf": "Esperar el PDF",
    "input.wait_for_pdf.description": (
        "Activa el enlace cuando el PDF está listo, para que no se abra un documento a "
        "medias; a más tardar, después de cinco minutos."
    ),
    "output.public_url": "Enlace público",
    "output.public_urls": "Enlaces públicos (todos)",
    "output.expires_at": "El enlace vence el",
    "output.pdf_ready": "PDF listo (Y/N)",
    "output.succeeded": "Realizado con éxito (Y/N)",
    "output.error_code": "Código de error",
    "output.error_text": "Descripción del error",
    "output.linked_document_id": "ID del documento",
    "output.document_title": "Título del documento",
    "output.document_number": "Número del documento",
}

# What an administrator is told of work that fails: what happened, then cause and remedy.
NOTICES: dict[str, str] = {
    "failed": "Linkrobot no pudo hacer su trabajo para {item} y quizás tampoco para otros.",
    "failed_anywhere": "Linkrobot no pudo hacer su trabajo.",
    "registering": "Linkrobot no pudo registrar sus robots en este Bitrix24.",
    "overdue_links": "Enlaces públicos cuyo plazo terminó y que siguen activos: {number}.",
    "rights": (
        "El empleado en cuyo nombre se ejecuta el robot no tiene permiso para esto. Dele el "
        "permiso de modificar documentos (Ajustes del CRM, Plantillas de documentos, Permisos"
        " de acceso) y de leer este elemento del CRM, o elija un administrador en «Ejecutar "
        "como» del robot."
    ),
    "plan": (
        "Bitrix24 no ofrece esto en el plan actual del portal. Los documentos, la "
        "automatización y las aplicaciones necesitan un plan comercial con una suscripción "
        "activa a Market."
    ),
    "scope": (
        "A la aplicación le falta un permiso. Ábrala en los recursos para desarrolladores de "
        "Bitrix24 y marque «CRM» (crm) y «Procesos de negocio» (bizproc)."
    ),
    "access": (
        "Linkrobot no tiene un acceso válido del empleado en cuyo nombre se ejecuta el robot."
        " Compruebe que LINKROBOT_CLIENT_ID y LINKROBOT_CLIENT_SECRET estén configurados, o "
        "elija otro empleado en «Ejecutar como» del robot."
    ),
    "renewal": (
        "No se activó un enlace con plazo porque Linkrobot no pudo renovar su acceso a este "
        "Bitrix24, que necesita para desactivar el enlace más tarde. El administrador de "
        "Linkrobot debe poner en LINKROBOT_CLIENT_ID y LINKROBOT_CLIENT_SECRET las claves de "
        "esta aplicación y mirar `linkrobot doctor`; o deje vacío el plazo de validez."
    ),
    "admin": (
        "Solo un administrador de este Bitrix24 puede registrar los robots. Pida a un "
        "administrador que abra la aplicación una vez."
    ),
    "template": (
        "Un robot usa una plantilla de documento que fue eliminada. Elija otra plantilla en "
        "ese robot."
    ),
    "overdue": (
        "Linkrobot no puede desactivarlos. `linkrobot doctor` dice qué lo impide; una vez "
        "resuelto, se desactivan en una hora aproximadamente. Hasta entonces se pueden "
        "desactivar a mano en los documentos."
    ),
    "open": "Abrir Linkrobot",
    "once": "Se le avisa de cada causa una vez al día como máximo.",
}
