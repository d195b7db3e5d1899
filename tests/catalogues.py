"""The page's catalogues of words: `make texts` brings them up to date with code and templates.

New messages come in without a translation, gone ones go; a test names what is not translated.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from handlers.page.texts import LOCALES, PO

HANDLERS = PO.parents[1]
CHECKS = HANDLERS.parent / "robot" / "work" / "checks"  # what they find is shown on the page, too
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "mark": None,
    "gettext": None,
    "ngettext": (1, 2),
}
TRANSLATED = tuple(language for language in LOCALES if language != "en")
HEADER = "# The words of Linkrobot's page; see handlers/page/texts.py."


def used() -> Catalog:
    """Every message of the code and the templates, in their order."""
    catalog = Catalog(header_comment=HEADER)
    for room in (HANDLERS, CHECKS):
        found = extract_from_dir(room, METHODS, OPTIONS, keywords=KEYWORDS)
        for file, _line, message, _comments, context in found:
            catalog.add(message, None, [(str(file), 0)], context=context)
    return catalog


def kept(language: str) -> Catalog:
    """What is translated by now."""
    path = path_of(language)
    with path.open("rb") as file:
        return read_po(file, locale=Locale.parse(LOCALES[language]))


def messages(catalog: Catalog) -> Iterator[Message]:
    """All but the header."""
    return (message for message in catalog if message.id)


def path_of(language: str) -> Path:
    """Where that language's words are."""
    return PO / f"{language}.po"


def update(language: str) -> None:
    """What is used is there, nothing else; translations stay."""
    path = path_of(language)
    locale = Locale.parse(LOCALES[language])
    catalog = kept(language) if path.exists() else Catalog(locale=locale, fuzzy=False)
    catalog.header_comment, catalog.fuzzy = HEADER, False
    catalog.update(used(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    written = BytesIO()
    write_po(written, catalog, no_location=True, omit_header=False, width=100, sort_output=True)
    # Dates and versions of tools are of no use here, and would change each time.
    lines = written.getvalue().decode().splitlines()
    kept_lines = [line for line in lines if not line.startswith(NOT_KEPT)]
    path.write_text("\n".join(kept_lines).rstrip() + "\n", encoding="utf-8")


NOT_KEPT = tuple(
    f'"{name}'
    for name in (
        *("Project-Id-Version", "Report-Msgid-Bugs-To", "POT-Creation-Date", "PO-Revision-Date"),
        *("Last-Translator", "Language-Team", "Generated-By"),
    )
)


if __name__ == "__main__":
    for one in TRANSLATED:
        update(one)
