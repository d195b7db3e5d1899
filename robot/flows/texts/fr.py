"""The robots' texts in French.

`\\u00a0` is the no-break space that French sets before a colon and inside quotes.
"""

TEXTS: dict[str, str] = {
    "linkrobot_enable.name": "Lien public d’un document\u00a0: activer",
    "linkrobot_enable.description": (
        "Active le lien public d’un document de l’élément CRM et le transmet aux règles "
        "d’automatisation suivantes, par exemple pour un e-mail ou un champ. Toute personne "
        "disposant du lien peut ouvrir le document."
    ),
    "linkrobot_enable.document_id.description": (
        "Par exemple, l’ID du document renvoyé par la règle «\u00a0Créer un "
        "document\u00a0»\u00a0; plusieurs ID séparés par des virgules. Si vide, les "
        "documents choisis ci-dessous."
    ),
    "linkrobot_disable.name": "Lien public d’un document\u00a0: désactiver",
    "linkrobot_disable.description": (
        "Désactive les liens publics des documents de l’élément CRM. L’ancien lien cesse "
        "définitivement de fonctionner\u00a0: une nouvelle activation en crée un autre."
    ),
    "linkrobot_disable.document_id.description": (
        "Par exemple, l’ID du document renvoyé par la règle «\u00a0Créer un "
        "document\u00a0»\u00a0; plusieurs ID séparés par des virgules. Si vide, les "
        "documents choisis ci-dessous dont le lien public est activé."
    ),
    "linkrobot_disable.output.linked_document_id": (
        "Liens désactivés\u00a0: ID des documents séparés par une virgule"
    ),
    "input.document_id": "ID du document",
    "input.template_id": "Modèle",
    "input.template_id.description": (
        "Uniquement les documents créés à partir de ce modèle (son ID si aucune liste n’est "
        "proposée). Si vide, n’importe quel modèle."
    ),
    "input.which": "Quels documents",
    "input.which.description": "De l’élément CRM, si aucun ID de document n’est indiqué.",
    "input.which.latest": "Le dernier document",
    "input.which.every": "Tous les documents de l’élément",
    "input.valid_days": "Durée de validité, jours",
    "input.valid_days.description": (
        "Après ce nombre de jours, le lien est désactivé automatiquement\u00a0; 0.5 "
        "correspond à une demi-journée. Si vide, le lien n’expire pas."
    ),
    "input.wait_for_pdf": "Attendre le PDF",
    "input.wait_for_pdf.description": (
        "Active le lien une fois le PDF prêt, pour que personne n’ouvre un document "
        "inachevé\u00a0; au plus tard après cinq minutes."
    ),
    "output.public_url": "Lien public",
    "output.public_urls": "Liens publics (tous)",
    "output.expires_at": "Le lien expire le",
    "output.pdf_ready": "PDF prêt (Y/N)",
    "output.succeeded": "Opération réussie (Y/N)",
    "output.error_code": "Code d’erreur",
    "output.error_text": "Description de l’erreur",
    "output.linked_document_id": "ID du document",
    "output.document_title": "Titre du document",
    "output.document_number": "Numéro du document",
}
