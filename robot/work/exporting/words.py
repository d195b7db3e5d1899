"""Why a run failed, with nothing in it that others wrote: only what vocabulary.py knows passes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from robot.store.again import DONE_AGAIN
from robot.work.exporting import vocabulary

LEFT_OUT = "…"
_PIECE = re.compile(
    r"(?P<quote>«[^»]*»?)"
    r"|(?P<documents>\b[Dd]ocuments? [0-9]{1,18}(?:, [0-9]{1,18})*\b)"
    r"|(?P<template>\btemplate [0-9]{1,18}\b)"
    r"|(?P<count>\b[0-9]{1,4}(?= (?:times|documents)\b))"
    r"|(?P<status>\bHTTP [0-9]{3}\b)"
    r"|(?P<item>\b[A-Z][A-Z0-9_]*_[0-9]{1,19}\b)"
    r"|(?P<word>\S+)"
)
_AROUND = re.compile(r"([(\"`]*)(.*?)([.,;:)!?\"`]*)", re.DOTALL)
_CODE = re.compile(r"\(([A-Z0-9_]{3,64})\)")
_QUOTE = re.compile(r"«([^»]*)»")
_AGAIN = re.compile(rf"{DONE_AGAIN} ([0-9]{{1,18}})\.")
_NOTES = (
    "An earlier send was heard.",
    "The workflow had ended before our answer.",
    "A later rule of the workflow failed",
    "No answer is possible",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What numbers in a text become."""

    documents: Mapping[int, int]
    templates: Mapping[int, int]
    runs: Mapping[int, int]
    item: str


def scrub(text: str, names: Names) -> str:
    """The sentence with each unknown word left out."""

    def passed(found: re.Match[str]) -> str:
        piece = found[0]
        match found.lastgroup:
            case "quote":
                return piece if piece[1:-1] in vocabulary.QUOTES else f"«{LEFT_OUT}»"
            case "documents":
                return _renumbered(piece, names.documents)
            case "template":
                return _renumbered(piece, names.templates)
            case "count" | "status":
                return piece
            case "item":
                return names.item or LEFT_OUT
            case _:
                return _word(piece)

    return _PIECE.sub(passed, text)


def said(text: str) -> tuple[str, str]:
    """Bitrix24's error code and its words, as far as both are known ones."""
    codes = [code for code in _CODE.findall(text) if code in vocabulary.BITRIX24_CODES]
    _, _, theirs = text.rpartition("Bitrix24 said: ")
    words = [words for words in _QUOTE.findall(theirs) if words in vocabulary.QUOTES]
    return (codes or [""])[-1], (words or [""])[-1] if theirs != text else ""


def note(text: str, names: Names) -> str:
    """Of a run's note: the sentences that are ours."""
    parts = [sentence for sentence in _NOTES if text.startswith(sentence)]
    parts += [f"({code})" for code in _CODE.findall(text) if code in vocabulary.BITRIX24_CODES]
    for number in _AGAIN.findall(text):
        again = names.runs.get(int(number), LEFT_OUT)
        parts.append(f"{DONE_AGAIN} {again}.")
    return " ".join(parts) or (LEFT_OUT if text else "")


def _renumbered(piece: str, numbers: Mapping[int, int]) -> str:
    word, _, listed = piece.partition(" ")
    return f"{word} {', '.join(str(numbers.get(int(n), LEFT_OUT)) for n in listed.split(', '))}"


def _word(piece: str) -> str:
    before, core, after = _parts(piece)
    is_known = (
        not core
        or core.lower() in vocabulary.WORDS
        or core in vocabulary.FIXED
        or (before.endswith("(") and core in vocabulary.BITRIX24_CODES)
    )
    return piece if is_known else f"{before}{LEFT_OUT}{after}"


def _parts(piece: str) -> tuple[str, str, str]:
    found = _AROUND.fullmatch(piece)
    return (found[1], found[2], found[3]) if found else ("", piece, "")
