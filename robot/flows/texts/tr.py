"""The robots' texts in Turkish."""

TEXTS: dict[str, str] = {
    "linkrobot_enable.name": "Belgenin herkese açık bağlantısı: etkinleştir",
    "linkrobot_enable.description": (
        "CRM öğesine ait bir belgenin herkese açık bağlantısını etkinleştirir ve bağlantıyı, "
        "örneğin bir e-posta veya alan için, sonraki otomasyon kurallarına aktarır. "
        "Bağlantıya sahip herkes belgeyi açabilir."
    ),
    "linkrobot_enable.document_id.description": (
        "Örneğin “Belge oluştur” kuralının döndürdüğü belge kimliği; birden çok kimlik "
        "virgülle ayrılır. Boşsa: aşağıda seçilen belgeler."
    ),
    "linkrobot_disable.name": "Belgenin herkese açık bağlantısı: devre dışı bırak",
    "linkrobot_disable.description": (
        "CRM öğesine ait belgelerin herkese açık bağlantılarını devre dışı bırakır. Eski "
        "bağlantı bir daha çalışmaz: yeniden etkinleştirildiğinde yeni bir bağlantı "
        "oluşturulur."
    ),
    "linkrobot_disable.document_id.description": (
        "Örneğin “Belge oluştur” kuralının döndürdüğü belge kimliği; birden çok kimlik "
        "virgülle ayrılır. Boşsa: aşağıda seçilen belgelerden herkese açık bağlantısı etkin "
        "olanlar."
    ),
    "linkrobot_disable.output.linked_document_id": (
        "Devre dışı bağlantılar: virgülle ayrılmış belge kimlikleri"
    ),
    "input.document_id": "Belge kimliği (ID)",
    "input.template_id": "Şablon",
    "input.template_id.description": (
        "Yalnızca bu şablondan oluşturulan belgeler (liste sunulmuyorsa: şablonun kimliği). "
        "Boşsa: herhangi bir şablon."
    ),
    "input.which": "Hangi belgeler",
    "input.which.description": "Belge kimliği verilmemişse CRM öğesinin belgeleri.",
    "input.which.latest": "En son belge",
    "input.which.every": "Öğenin tüm belgeleri",
    "input.valid_days": "Geçerlilik, gün",
    "input.valid_days.description": (
        "Bu kadar gün sonra bağlantı kendiliğinden devre dışı kalır; 0.5 yarım gündür. "
        "Boşsa: bağlantının süresi dolmaz."
    ),
    "input.wait_for_pdf": "PDF’i bekle",
    "input.wait_for_pdf.description": (
        "Bağlantıyı PDF hazır olunca etkinleştirir, böylece yarım kalmış bir belge açılmaz; "
        "en geç beş dakika sonra."
    ),
    "output.public_url": "Herkese açık bağlantı",
    "output.public_urls": "Herkese açık bağlantılar (tümü)",
    "output.expires_at": "Bağlantının bitişi",
    "output.pdf_ready": "PDF hazır (Y/N)",
    "output.succeeded": "Başarılı (Y/N)",
    "output.error_code": "Hata kodu",
    "output.error_text": "Hata açıklaması",
    "output.linked_document_id": "Belge kimliği (ID)",
    "output.document_title": "Belge başlığı",
    "output.document_number": "Belge numarası",
}
