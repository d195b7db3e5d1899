"""What an administrator looks for among the links: a field for anything, and which of them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from robot.errors import UnreadableError
from robot.protocol.fields import Fields
from robot.protocol.item_paths import name_in
from robot.store.browsing import Place, Search, Show

TEXT, SHOW = "q", "show"  # the form's fields
# What `show` may say besides the ways in which links ended.
PUBLIC, ENDING, OLD, ENDED = "public", "ending", "old", "ended"
SOON, LONG_AGO = timedelta(days=7), timedelta(days=90)
ENDED_BY = ("expired", "robot", "page", "command", "elsewhere", "deleted")
MOST_WORDS = 10
_NUMBER = re.compile(r"[#№]?\s*([0-9]{1,18})")
_PLACE = re.compile(r"([0-9]{1,17})-([0-9]{1,18})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The form as it was filled in."""

    text: str
    show: str
    search: Search

    @property
    def is_ended(self) -> bool:
        """It is about links that are not public any more."""
        return self.search.show is Show.ENDED


def read(form: Fields, portal_id: int) -> Asked:
    """What the form says, about that portal's links; what it does not say is not looked for."""
    text = form.text(TEXT).strip()
    show = form.text(SHOW)
    if show not in (PUBLIC, ENDING, OLD, ENDED, *ENDED_BY):
        show = PUBLIC
    now = datetime.now(UTC)
    before = {ENDING: now + SOON, OLD: now - LONG_AGO}.get(show)
    number = _NUMBER.fullmatch(text)
    item = "" if number else name_in(text)
    words = [] if number or item else text.casefold().split()[:MOST_WORDS]
    search = Search(
        portal_id=portal_id,
        show={ENDING: Show.ENDING, OLD: Show.OPEN, PUBLIC: Show.OPEN}.get(show, Show.ENDED),
        ended_by=show if show in ENDED_BY else "",
        before=before,
        item=item,
        number=int(number[1]) if number else None,
        words=words,
        up_to=form.number("up_to"),
    )
    return Asked(text=text, show=show, search=search)


def place(form: Fields) -> Place | None:
    """Behind which link the list goes on; None: at its beginning.

    Raises:
        UnreadableError: it is no place of ours.
    """
    text = form.text("after")
    if not text:
        return None
    found = _PLACE.fullmatch(text)
    if found is None:
        raise UnreadableError("after is no place in the list")
    return Place(_EPOCH + _MICROSECOND * int(found[1]), int(found[2]))


def written(after: Place | None) -> str:
    """The place as the page carries it."""
    return f"{(after.at - _EPOCH) // _MICROSECOND}-{after.link_id}" if after else ""


def numbers(form: Fields, name: str) -> list[int]:
    """The field that may be there many times, as `name[]`; what is no number is left out."""
    chosen = form.inner(name)
    found = (chosen.number(key) for key in chosen.values)
    return list(dict.fromkeys(one for one in found if one))
