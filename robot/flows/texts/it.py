"""The robots' texts in Italian."""

TEXTS: dict[str, str] = {
    "linkrobot_enable.name": "Link pubblico di un documento: attiva",
    "linkrobot_enable.description": (
        "Attiva il link pubblico di un documento dell’elemento CRM e lo passa alle regole di "
        "automazione successive, ad esempio per un’e-mail o un campo. Chiunque abbia il link "
        "può aprire il documento."
    ),
    "linkrobot_enable.document_id.description": (
        "Ad esempio l’ID del documento restituito dalla regola “Crea documento”; più ID "
        "separati da virgole. Se vuoto: i documenti scelti sotto."
    ),
    "linkrobot_disable.name": "Link pubblico di un documento: disattiva",
    "linkrobot_disable.description": (
        "Disattiva i link pubblici dei documenti dell’elemento CRM. Il vecchio link smette "
        "per sempre di funzionare: una nuova attivazione ne crea un altro."
    ),
    "linkrobot_disable.document_id.description": (
        "Ad esempio l’ID del documento restituito dalla regola “Crea documento”; più ID "
        "separati da virgole. Se vuoto: i documenti scelti sotto il cui link pubblico è "
        "attivo."
    ),
    "linkrobot_disable.output.linked_document_id": (
        "Link disattivati: ID dei documenti separati da virgole"
    ),
    "input.document_id": "ID del documento",
    "input.template_id": "Modello",
    "input.template_id.description": (
        "Solo i documenti creati da questo modello (il suo ID, se non viene proposto un "
        "elenco). Se vuoto: qualsiasi modello."
    ),
    "input.which": "Quali documenti",
    "input.which.description": "Dell’elemento CRM, se non è indicato alcun ID del documento.",
    "input.which.latest": "L’ultimo documento",
    "input.which.every": "Tutti i documenti dell’elemento",
    "input.valid_days": "Validità, giorni",
    "input.valid_days.description": (
        "Dopo questo numero di giorni il link si disattiva da solo; 0.5 è mezza giornata. Se "
        "vuoto: il link non scade."
    ),
    "input.wait_for_pdf": "Attendi il PDF",
    "input.wait_for_pdf.description": (
        "Attiva il link quando il PDF è pronto, così non si apre un documento incompleto; al "
        "più tardi dopo cinque minuti."
    ),
    "output.public_url": "Link pubblico",
    "output.public_urls": "Link pubblici (tutti)",
    "output.expires_at": "Il link scade il",
    "output.pdf_ready": "PDF pronto (Y/N)",
    "output.succeeded": "Eseguito con successo (Y/N)",
    "output.error_code": "Codice dell’errore",
    "output.error_text": "Descrizione dell’errore",
    "output.linked_document_id": "ID del documento",
    "output.document_title": "Titolo del documento",
    "output.document_number": "Numero del documento",
}

# What an administrator is told of work that fails: what happened, then cause and remedy.
NOTICES: dict[str, str] = {
    "failed": "Linkrobot non ha potuto fare il suo lavoro per {item}, e forse nemmeno per altri.",
    "failed_anywhere": "Linkrobot non ha potuto fare il suo lavoro.",
    "registering": "Linkrobot non ha potuto registrare i suoi robot in questo Bitrix24.",
    "overdue_links": "Link pubblici scaduti che sono ancora attivi: {number}.",
    "rights": (
        "Il dipendente per conto del quale viene eseguito il robot non può farlo. Dategli il "
        "diritto di modificare i documenti (Impostazioni CRM, Modelli di documenti, Permessi "
        "di accesso) e di leggere questo elemento del CRM, oppure scegliete un amministratore"
        " in «Esegui come» del robot."
    ),
    "plan": (
        "Bitrix24 non lo offre con il piano attuale del portale. Documenti, automazione e "
        "applicazioni richiedono un piano commerciale con un abbonamento Market attivo."
    ),
    "scope": (
        "All’applicazione manca un’autorizzazione. Apritela nelle risorse per sviluppatori di"
        " Bitrix24 e spuntate «CRM» (crm) e «Processi aziendali» (bizproc)."
    ),
    "access": (
        "Linkrobot non ha un accesso valido per il dipendente per conto del quale viene "
        "eseguito il robot. Verificate che LINKROBOT_CLIENT_ID e LINKROBOT_CLIENT_SECRET "
        "siano impostati, oppure scegliete un altro dipendente in «Esegui come» del robot."
    ),
    "renewal": (
        "Un link con scadenza non è stato attivato perché Linkrobot non ha potuto rinnovare "
        "il suo accesso a questo Bitrix24, che gli serve per disattivare il link più tardi. "
        "L’amministratore di Linkrobot dovrebbe impostare in LINKROBOT_CLIENT_ID e "
        "LINKROBOT_CLIENT_SECRET le chiavi di questa applicazione e guardare `linkrobot "
        "doctor`; oppure lasciate vuota la validità."
    ),
    "admin": (
        "Solo un amministratore di questo Bitrix24 può registrare i robot. Chiedete a un "
        "amministratore di aprire l’applicazione una volta."
    ),
    "template": (
        "Un robot usa un modello di documento che è stato eliminato. Scegliete un altro "
        "modello in quel robot."
    ),
    "overdue": (
        "Linkrobot non riesce a disattivarli. `linkrobot doctor` dice che cosa lo impedisce; "
        "una volta risolto, vengono disattivati entro circa un’ora. Fino ad allora si possono"
        " disattivare a mano nei documenti."
    ),
    "open": "Apri Linkrobot",
    "once": "Di ogni causa si viene avvisati al massimo una volta al giorno.",
}
