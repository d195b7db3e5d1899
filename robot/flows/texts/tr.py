"""The robots' texts in Turkish."""

TEXTS: dict[str, str] = {
    "linkrobot_enable.name": "Belgenin herkese açık bağlantısı: etkinleştir",
    "linkrobot_enable.description": (
        "CRM öğesine ait bir belgenin herkese açık bağlantısını etkinleştirir ve "
        "bağlantıyı, örneğin bir e-posta veya alan için, sonraki otomasyon kurallarına "
        "aktarır. Bağlantıya sahip herkes belgeyi açabilir."
    ),
    "linkrobot_enable.document_id.description": (
        "Örneğin “Belge oluştur” kuralının döndürdüğü belge kimliği. Boşsa: CRM öğesinin "
        "en son belgesi."
    ),
    "linkrobot_disable.name": "Belgenin herkese açık bağlantısı: devre dışı bırak",
    "linkrobot_disable.description": (
        "CRM öğesine ait belgelerin herkese açık bağlantılarını devre dışı bırakır. Eski "
        "bağlantı bir daha çalışmaz: yeniden etkinleştirildiğinde yeni bir bağlantı "
        "oluşturulur."
    ),
    "linkrobot_disable.document_id.description": (
        "Örneğin “Belge oluştur” kuralının döndürdüğü belge kimliği. Boşsa: CRM öğesinin, "
        "herkese açık bağlantısı etkin olan tüm belgeleri."
    ),
    "linkrobot_disable.output.linked_document_id": (
        "Devre dışı bağlantılar: virgülle ayrılmış belge kimlikleri"
    ),
    "input.document_id": "Belge kimliği (ID)",
    "input.template_id": "Şablon kimliği (ID)",
    "input.template_id.description": (
        "Yalnızca bu kimliğe sahip şablondan oluşturulan belgeler. Boşsa: herhangi bir şablon."
    ),
    "output.public_url": "Herkese açık bağlantı",
    "output.succeeded": "Başarılı (Y/N)",
    "output.error_code": "Hata kodu",
    "output.error_text": "Hata açıklaması",
    "output.linked_document_id": "Belge kimliği (ID)",
    "output.document_title": "Belge başlığı",
    "output.document_number": "Belge numarası",
}
