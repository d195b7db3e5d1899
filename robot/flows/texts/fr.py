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

# What an administrator is told of work that fails: what happened, then cause and remedy.
NOTICES: dict[str, str] = {
    "failed": "Linkrobot n’a pas pu faire son travail pour {item}, ni peut-être pour d’autres.",
    "failed_anywhere": "Linkrobot n’a pas pu faire son travail.",
    "registering": "Linkrobot n’a pas pu enregistrer ses robots dans ce Bitrix24.",
    "overdue_links": "Liens publics arrivés à échéance et encore activés\u00a0: {number}.",
    "rights": (
        "L’employé au nom duquel le robot s’exécute n’a pas ce droit. Donnez-lui le droit"
        " de modifier les documents (Paramètres du CRM, Modèles de documents, Droits "
        "d’accès) et de lire cet élément du CRM, ou choisissez un administrateur dans "
        "«\u00a0Exécuter en tant que\u00a0» du robot."
    ),
    "plan": (
        "Bitrix24 n’offre pas cela avec l’offre actuelle du portail. Les documents, "
        "l’automatisation et les applications demandent une offre commerciale avec un "
        "abonnement Market actif."
    ),
    "scope": (
        "Il manque une autorisation à l’application. Ouvrez-la dans les ressources pour "
        "développeurs de Bitrix24 et cochez «\u00a0CRM\u00a0» (crm) et "
        "«\u00a0Flux de travail\u00a0» (bizproc)."
    ),
    "access": (
        "Linkrobot n’a pas d’accès valide pour l’employé au nom duquel le robot "
        "s’exécute. Vérifiez que LINKROBOT_CLIENT_ID et LINKROBOT_CLIENT_SECRET sont "
        "renseignés, ou choisissez un autre employé dans «\u00a0Exécuter en tant que\u00a0» du "
        "robot."
    ),
    "renewal": (
        "Un lien à durée limitée n’a pas été activé, car Linkrobot n’a pas pu renouveler "
        "son accès à ce Bitrix24, dont il a besoin pour désactiver le lien plus tard. "
        "L’administrateur de Linkrobot devrait mettre dans LINKROBOT_CLIENT_ID et "
        "LINKROBOT_CLIENT_SECRET les clés de cette application et consulter `linkrobot "
        "doctor`\u00a0; ou laissez la durée de validité vide."
    ),
    "admin": (
        "Seul un administrateur de ce Bitrix24 peut enregistrer les robots. Demandez à un "
        "administrateur d’ouvrir l’application une fois."
    ),
    "template": (
        "Un robot utilise un modèle de document qui a été supprimé. Choisissez un autre "
        "modèle dans ce robot."
    ),
    "overdue": (
        "Linkrobot ne peut pas les désactiver. `linkrobot doctor` indique ce qui l’en "
        "empêche\u00a0; une fois cela corrigé, ils sont désactivés en une heure environ. D’ici "
        "là, vous pouvez les désactiver à la main dans les documents."
    ),
    "open": "Ouvrir Linkrobot",
    "once": "Vous êtes prévenu de chaque cause une fois par jour au plus.",
}
