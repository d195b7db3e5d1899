"""Many links at once, as an administrator wishes on the app's page: turned off, given a new end, or
looked at.

A wish is written down as runs of up to 50 links, all at once, so it goes on whoever closes the page
and whatever is started again. After the first few one run becomes due each second: a request of
two that a portal allows, the other one is for its robots.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from robot.flows.catalogue import EXTEND, LOOK, OFF
from robot.flows.ends import Came
from robot.flows.publish import ENDED_MEANWHILE
from robot.protocol.calls import BATCH_LIMIT
from robot.protocol.origin import digest
from robot.store import browsing, bulk
from robot.store.browsing import Place, Search, Seen
from robot.store.bulk import Portion
from robot.store.database import Database
from robot.store.register import Link
from robot.store.runs import NewRun, Source
from robot.work import newrun
from robot.work.errands import Errands
from robot.work.portions import REMOVED_MEANWHILE

MOST = 10_000  # links in one wish: about three minutes
MOST_RUNS = MOST // BATCH_LIMIT
REACH = 100 * MOST_RUNS  # of their numbers: others may be stored in between
AT_ONCE = 4  # runs that are due at once
EACH = timedelta(seconds=1)  # between two later ones, which come after those of other wishes
LONGEST_WAIT = 3 * MOST_RUNS * EACH  # for other wishes: theirs may have been put off
WITHIN = timedelta(hours=1)  # once it is due; a new end that came later would be another one
REASONS = 3  # that are told


class Kind(StrEnum):
    """What is wished."""

    OFF = "off"
    EXTEND = "extend"
    LOOK = "look"


CODES: Mapping[Kind, str] = {Kind.OFF: OFF, Kind.EXTEND: EXTEND, Kind.LOOK: LOOK}
_KINDS = {code: kind for kind, code in CODES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Whose it is, and at which portal."""

    portal_id: int
    user_id: int
    give_up_after: timedelta  # for turning off: that shall not be given up early


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a wish is."""

    kind: Kind
    user_id: int
    asked_at: datetime
    links: int
    waiting: int
    came: Mapping[str, int]  # a name of Came, or of NewEnd -> how many links
    reasons: Sequence[str]  # why some are left, some of them

    @property
    def is_over(self) -> bool:
        """Nothing more will come of it."""
        return not self.waiting


class NewEnd(StrEnum):
    """What came of links that were given a new end, besides `Came.LEFT`."""

    SAME = "same"  # the link stays the same
    ANOTHER = "another"  # it had been turned off before: the document has another link now
    ENDED = "ended"  # turned off by somebody after this was wished: it stays off


async def gather(database: Database, search: Search, *, most: int) -> list[Seen]:
    """The first links that are found; others read in between, where many titles have to be read."""
    found: list[Seen] = []
    after: Place | None = None
    while len(found) < most:
        page = await database.read(
            partial(browsing.page, search=search, most=most - len(found), after=after)
        )
        found += page.links
        after = page.next
        if after is None:
            break
    return found


async def turn_off(errands: Errands, wish: Wish, links: Sequence[Seen]) -> tuple[int, int]:
    """Its first and its last run."""
    return await _queue(errands, wish, Kind.OFF, [_documents(some) for some in _portions(links)])


async def look(errands: Errands, wish: Wish, links: Sequence[Seen]) -> tuple[int, int]:
    """Ask Bitrix24 which of these links are public; the register has it afterwards."""
    return await _queue(errands, wish, Kind.LOOK, [_documents(some) for some in _portions(links)])


async def extend(
    errands: Errands, wish: Wish, links: Sequence[Link], *, days: int | None
) -> tuple[int, int]:
    """Let these links end so many days from now on; None: without an end."""
    inputs = [
        {
            "document_id": ",".join(str(link.document_id) for link in some),
            "valid_days": str(days or ""),
            "before": [_print(link.url) for link in some],
        }
        for some in _portions(links)
    ]
    return await _queue(errands, wish, Kind.EXTEND, inputs)


def _portions(links: Sequence[Any]) -> list[Sequence[Any]]:
    return [links[first : first + BATCH_LIMIT] for first in range(0, len(links), BATCH_LIMIT)]


def _documents(links: Sequence[Seen]) -> Mapping[str, Any]:
    return {"document_ids": [link.document_id for link in links]}


async def _queue(
    errands: Errands, wish: Wish, kind: Kind, inputs: Sequence[Mapping[str, Any]]
) -> tuple[int, int]:
    now = datetime.now(UTC)
    last = await errands.database.read(
        partial(bulk.last_due, portal_id=wish.portal_id, codes=list(_KINDS))
    )
    # The portal's robots shall not wait for many wishes, or for one that is wished many times.
    behind = min(max(last or now, now), now + LONGEST_WAIT)
    new = [
        _run(wish, kind, one, _due_at(number, now, behind), now)
        for number, one in enumerate(inputs)
    ]
    ids = await errands.queue(new)
    return ids[0], ids[-1]


def _due_at(number: int, now: datetime, behind: datetime) -> datetime:
    return now if number < AT_ONCE else behind + EACH * (number + 1 - AT_ONCE)


def _run(
    wish: Wish,
    kind: Kind,
    inputs: Mapping[str, Any],
    due_at: datetime,
    now: datetime,
) -> NewRun:
    within = wish.give_up_after if kind is Kind.OFF else WITHIN
    run = newrun.of_our_own(
        CODES[kind],
        wish.portal_id,
        source=Source.PAGE,
        user_id=wish.user_id,
        inputs=inputs,
        give_up_after=within,
    )
    # One moment for all of them: see store/bulk.py.
    return replace(run, sent_at=now, received_at=now, due_at=due_at, deadline_at=due_at + within)


def progress(portions: Sequence[Portion]) -> Progress | None:
    """How far the wish of these runs is; None where they are of no wish."""
    if not portions or portions[0].code not in _KINDS:
        return None
    first = portions[0]
    kind = _KINDS[first.code]
    came: Counter[str] = Counter()
    reasons: dict[str, None] = {}
    for portion in portions:
        if not portion.is_over:
            continue
        found = _new_ends(portion) if kind is Kind.EXTEND else _numbers(portion)
        came += found
        left = _size(portion) - found.total()
        came[Came.LEFT] += left
        if left or found[Came.LEFT]:
            reasons[
                portion.outputs.get("error_text", "" if portion.outputs else REMOVED_MEANWHILE)
            ] = None
    total = sum(map(_size, portions))
    return Progress(
        kind=kind,
        user_id=first.user_id,
        asked_at=first.asked_at,
        links=total,
        waiting=total - came.total(),
        came={name: number for name, number in came.items() if number},
        reasons=list(filter(None, reasons))[:REASONS],
    )


def _size(portion: Portion) -> int:
    if portion.code == EXTEND:
        return len(portion.inputs["before"])
    return len(portion.inputs["document_ids"])


def _numbers(portion: Portion) -> Counter[str]:
    return Counter({one: int(portion.outputs[one]) for one in Came if one in portion.outputs})


def _new_ends(portion: Portion) -> Counter[str]:
    urls = portion.outputs.get("public_urls") or []
    before = set(portion.inputs["before"])
    found: Counter[str] = Counter(
        NewEnd.SAME if _print(url) in before else NewEnd.ANOTHER for url in urls
    )
    found += _numbers(portion)  # of those that were off before
    if portion.outputs.get("error_code", "") in ("", ENDED_MEANWHILE) and portion.outputs:
        found[NewEnd.ENDED] = _size(portion) - found.total()
    return found


def _print(url: str) -> str:
    """Recognises a link that is none of the run's secrets."""
    return digest(url).hex()[:16]
