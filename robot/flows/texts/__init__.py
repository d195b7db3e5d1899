"""What the robots say to an administrator, in ten languages: one module each, the same keys.

Keys: `<robot>.name`, `<robot>.description`; `input.<name>` (title), `input.<name>.description`;
`output.<name>` (title). Where a robot means something of its own: `<robot>.<input>.description`,
`<robot>.output.<name>`. `NOTICES` are what an administrator is told of work that fails.
"""

from collections.abc import Mapping

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
_NOTICES: Mapping[str, Mapping[str, str]] = {
    "en": en.NOTICES,
    "ru": ru.NOTICES,
    "de": de.NOTICES,
    "la": la.NOTICES,
    "br": br.NOTICES,
    "fr": fr.NOTICES,
    "pl": pl.NOTICES,
    "it": it.NOTICES,
    "tr": tr.NOTICES,
    "ua": ua.NOTICES,
}


def localized(key: str) -> dict[str, str]:
    """Return the text in every language, `{"en": …, "ru": …}`; an unknown key is a KeyError."""
    return {language: texts[key] for language, texts in _TEXTS.items()}


def notices(language: str) -> Mapping[str, str]:
    """What an administrator is told, in that language; in English where we do not speak it."""
    return _NOTICES.get(language, en.NOTICES)
