"""What the robots say to an administrator, in ten languages: one module each, the same keys.

Keys: `<robot>.name`, `<robot>.description`; `input.<name>` (title), `input.<name>.description`;
`output.<name>` (title). Where a robot means something of its own: `<robot>.<input>.description`,
`<robot>.output.<name>`.
"""

from robot.flows.texts import br, de, en, fr, it, la, pl, ru, tr, ua

# Bitrix24's own language codes, https://apidocs.bitrix24.com, "BX24.getLang".
# A portal whose language is not here shows English (without `ua`, a Ukrainian one would show `ru`).
_TEXTS = {
    "en": en.TEXTS,
    "ru": ru.TEXTS,
    "de": de.TEXTS,
    "la": la.TEXTS,
    "br": br.TEXTS,
    "fr": fr.TEXTS,
    "pl": pl.TEXTS,
    "it": it.TEXTS,
    "tr": tr.TEXTS,
    "ua": ua.TEXTS,
}

LANGUAGES = tuple(_TEXTS)


def localized(key: str) -> dict[str, str]:
    """Return the text in every language, `{"en": …, "ru": …}`; an unknown key is a KeyError."""
    return {language: texts[key] for language, texts in _TEXTS.items()}
