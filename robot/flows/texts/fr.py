"""The robots' texts in French.

`\\u00a0` is the no-break space that French sets before a colon and inside quotes.
"""

TEXTS: dict[str, str] = {
    "linkrobot_enable.name": "Lien public d’un document\u00a0: activer",
    "linkrobot_enable.description": (
        "Active le lien public d’un document de l’élément CRM et le transmet aux règles "
        "d’automatisation suivantes, par exemple pour un e-mail ou un champ. Toute "
        "personne disposant du lien peut ouvrir le document."
    ),
    "linkrobot_enable.document_id.description": (
        "Par exemple, l’ID du document renvoyé par la règle «\u00a0Créer un "
        "document\u00a0». Si vide, le dernier document de l’élément CRM."
    ),
    "linkrobot_disable.name": "Lien public d’un document\u00a0: désactiver",
    "linkrobot_disable.description": (
        "Désactive les liens publics des documents de l’élément CRM. L’ancien lien cesse "
        "définitivement de fonctionner\u00a0: une nouvelle activation en crée un autre."
    ),
    "linkrobot_disable.document_id.description": (
        "Par exemple, l’ID du document renvoyé par la règle «\u00a0Créer un "
        "document\u00a0». Si vide, tous les documents de l’élément CRM dont le lien public "
        "est activé."
    ),
    "linkrobot_disable.output.linked_document_id": (
        "Liens désactivés\u00a0: ID des documents séparés par une virgule"
    ),
    "input.document_id": "ID du document",
    "input.template_id": "ID du modèle",
    "input.template_id.description": (
        "Uniquement les documents créés à partir du modèle portant cet ID. Si vide, "
        "n’importe quel modèle."
    ),
    "output.public_url": "Lien public",
    "output.succeeded": "Opération réussie (Y/N)",
    "output.error_code": "Code d’erreur",
    "output.error_text": "Description de l’erreur",
    "output.linked_document_id": "ID du document",
    "output.document_title": "Titre du document",
    "output.document_number": "Numéro du document",
}
