"""The words of the section of links, by the register's own; templates translate them.

Nothing that a stranger wrote may go through a template's `_`: it takes its text for HTML of ours.
"""

from collections.abc import Mapping
from typing import Any

from handlers.page.link_search import ENDED, ENDING, OLD, PUBLIC
from robot.protocol.item_paths import path_of
from robot.protocol.items import ENTITY_TYPES


def mark(text: str) -> str:
    """Marks a text for the translators."""
    return text


_ = mark

SHOWN: Mapping[str, str] = {
    PUBLIC: _("Public now"),
    ENDING: _("Public, end within 7 days"),
    OLD: _("Public for more than 90 days"),
    ENDED: _("Ended, in any way"),
    "expired": _("Ended at their end"),
    "robot": _("Turned off by a robot"),
    "page": _("Turned off on this page"),
    "command": _("Turned off on the command line"),
    "elsewhere": _("Turned off in Bitrix24"),
    "deleted": _("Document deleted"),
}
# How one link ended.
ENDINGS: Mapping[str, str] = {
    "expired": _("turned off at its end"),
    "robot": _("turned off by a robot"),
    "page": _("turned off on this page"),
    "command": _("turned off on the command line"),
    "elsewhere": _("turned off in Bitrix24, not by Linkrobot"),
    "deleted": _("document deleted"),
    "app_removed": _("app removed: may be public still"),
    "never_on": _("was never turned on"),
}
STATES: Mapping[str, str] = {
    "public": _("Public"),
    "asked": _("Waits for its PDF"),
    "unknown": _("May be public"),
    "off": _("Off"),
}
# Who asked for something, or what was found.
SOURCES: Mapping[str, str] = {
    "robot": _("by a robot"),
    "page": _("on this page"),
    "command": _("on the command line"),
    "install": _("by Linkrobot"),
    "time": _("by Linkrobot"),
    "expired": _("its end had come"),
    "elsewhere": _("found: turned off in Bitrix24"),
    "deleted": _("found: the document was deleted"),
}
ACTIONS: Mapping[str, str] = {
    "on": _("Turned on"),
    "off": _("Turned off"),
    "unknown": _("Turned on, perhaps: no answer came"),
}


def item_path(item: str) -> str:
    """Where Bitrix24 shows `DEAL_7`; empty where that is not known."""
    kind, _sign, number = item.rpartition("_")
    if not (number.isascii() and number.isdigit()):
        return ""
    smart = kind.removeprefix("DYNAMIC_")
    if kind in ENTITY_TYPES:
        return path_of(ENTITY_TYPES[kind], int(number))
    is_smart = smart != kind and smart.isascii() and smart.isdigit()
    return path_of(int(smart), int(number)) if is_smart else ""


WORDS: Mapping[str, Any] = {
    "shown": SHOWN,
    "endings": ENDINGS,
    "states": STATES,
    "sources": SOURCES,
    "actions": ACTIONS,
    "item_path": item_path,
}
