"""The page's words in the languages of the robots, and how each writes dates and numbers.

`po/<language>.po` hold them, by the English words; `make texts` brings them up to date.
"""

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

PO = Path(__file__).parent / "po"
# Bitrix24's own language codes; https://apidocs.bitrix24.com, "BX24.getLang".
LOCALES = {
    "en": "en_GB",
    "ru": "ru",
    "de": "de",
    "la": "es_419",
    "br": "pt_BR",
    "fr": "fr",
    "pl": "pl",
    "it": "it",
    "tr": "tr",
    "ua": "uk",
}
_ALSO = {"es": "la", "pt": "br", "uk": "ua"}


def mark(text: str) -> str:
    """Marks a text for the translators; it is translated where it is shown."""
    return text


def known(language: str) -> str:
    """The language to show to whoever speaks that one."""
    code = language.lower()
    code = _ALSO.get(code, code)
    return code if code in LOCALES else "en"


@lru_cache
def locale_of(language: str) -> Locale:
    """How dates and numbers are written; `language` is a known one."""
    return Locale.parse(LOCALES[language])


@lru_cache
def translations_of(language: str) -> Translations:
    """The words of a known language; English ones are their own keys."""
    compiled = BytesIO()
    path = PO / f"{language}.po"
    if path.exists():
        with path.open("rb") as file:
            write_mo(compiled, read_po(file))
        compiled.seek(0)
        return Translations(compiled)
    return Translations()


def said(language: str, text: str) -> str:
    """A text of ours in a known language."""
    return translations_of(language).gettext(text)
