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

# What an administrator is told of work that fails: what happened, then cause and remedy.
NOTICES: dict[str, str] = {
    "failed": "Linkrobot işini {item} için, belki başkaları için de yapamadı.",
    "failed_anywhere": "Linkrobot işini yapamadı.",
    "registering": "Linkrobot robotlarını bu Bitrix24’e kaydedemedi.",
    "overdue_links": "Süresi dolmuş ama etkin kalan herkese açık bağlantılar: {number}.",
    "rights": (
        "Robotun adına çalıştığı çalışanın buna yetkisi yok. Bu çalışana belgeleri değiştirme"
        " (CRM ayarları, Belge şablonları, Erişim izinleri) ve bu CRM öğesini okuma hakkı "
        "verin ya da robotun “Şu kişi olarak çalıştır” alanında bir yönetici seçin."
    ),
    "plan": (
        "Bitrix24 bunu portalın şimdiki tarifesinde sunmuyor. Belgeler, otomasyon ve "
        "uygulamalar için etkin Market aboneliği olan ticari bir tarife gerekir."
    ),
    "scope": (
        "Uygulamanın bir izni eksik. Uygulamayı Bitrix24’ün geliştirici kaynaklarında açın ve"
        " “CRM” (crm) ile “İş süreçleri” (bizproc) izinlerini işaretleyin."
    ),
    "access": (
        "Linkrobot’un, robotun adına çalıştığı çalışan için geçerli bir erişimi yok. "
        "LINKROBOT_CLIENT_ID ve LINKROBOT_CLIENT_SECRET değerlerinin ayarlı olduğuna bakın ya"
        " da robotun “Şu kişi olarak çalıştır” alanında başka bir çalışan seçin."
    ),
    "renewal": (
        "Süreli bir bağlantı etkinleştirilmedi, çünkü Linkrobot bu Bitrix24’e erişimini "
        "yenileyemedi; bağlantıyı daha sonra kapatmak için buna ihtiyacı var. Linkrobot’un "
        "yöneticisi LINKROBOT_CLIENT_ID ve LINKROBOT_CLIENT_SECRET için bu uygulamanın "
        "anahtarlarını ayarlamalı ve `linkrobot doctor` çıktısına bakmalı; ya da geçerlilik "
        "süresini boş bırakın."
    ),
    "admin": (
        "Robotları yalnızca bu Bitrix24’ün bir yöneticisi kaydedebilir. Bir yöneticiden "
        "uygulamayı bir kez açmasını isteyin."
    ),
    "template": (
        "Bir robot, silinmiş bir belge şablonunu kullanıyor. Bu robotta başka bir şablon seçin."
    ),
    "overdue": (
        "Linkrobot onları kapatamıyor. Engelin ne olduğunu `linkrobot doctor` söyler; "
        "giderilince yaklaşık bir saat içinde kapatılırlar. O zamana kadar belgelerde elle "
        "kapatılabilirler."
    ),
    "open": "Linkrobot’u aç",
    "once": "Her neden için günde en fazla bir kez bildirim alırsınız.",
}
