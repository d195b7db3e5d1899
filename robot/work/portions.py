"""Many links of many portals, looked at or turned off by runs of up to 50 of them.

A few runs are under way at each portal, at its pace: what a portal's robots want meanwhile waits
for those few only, and no run waits until its time is over.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from robot.flows.catalogue import LOOK, OFF
from robot.protocol.calls import BATCH_LIMIT
from robot.store import register
from robot.store.history import PastRun
from robot.store.links import EndedBy, LinkState
from robot.store.portals import Portal
from robot.store.register import Found
from robot.store.runs import NewRun, Source
from robot.work import newrun
from robot.work.errands import GIVE_UP_AFTER, LOOKS_EVERY, TOGETHER, Errands

AT_ONCE = 4  # runs under way at one portal
# What is wrong with all of a portal: its other links would only wait for the same answer.
OF_PORTAL = frozenset(
    {
        *("gave_up", "no_token", "app_not_installed", "portal_deleted", "not_on_plan"),
        *("scope_missing", "app_removed"),
    }
)
REMOVED_MEANWHILE = "The portal removed the app meanwhile."


class What(StrEnum):
    """What became of a link, or was found."""

    PUBLIC = "public"  # it still is
    OFF = "off"  # turned off by us, or by a run of ours meanwhile
    ELSEWHERE = "elsewhere"  # turned off in Bitrix24
    DELETED = "deleted"  # its document
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of one link, and what was in the way."""

    link: Found
    what: What
    error_code: str = ""
    error_text: str = ""

    @property
    def is_open(self) -> bool:
        """It is, or may be, public."""
        return self.what in (What.PUBLIC, What.UNKNOWN)


@dataclass(frozen=True, slots=True)
class _Portion:
    portal: Portal
    links: Sequence[Found]

    def run(self, code: str) -> NewRun:
        return newrun.of_our_own(
            code,
            self.portal.id,
            source=Source.COMMAND,
            user_id=self.portal.user_id,
            inputs={"document_ids": [link.document_id for link in self.links]},
            give_up_after=GIVE_UP_AFTER,
        )


async def look(
    errands: Errands, portals: Mapping[int, Portal], links: Sequence[Found]
) -> AsyncIterator[Done]:
    """Ask the portals which of these links are public; the register has it afterwards."""
    async for portion, run in _work_off(errands, portals, links, LOOK):
        for link in await _as_they_are(errands, portion):
            yield _judge(link, run)


async def turn_off(
    errands: Errands, portals: Mapping[int, Portal], links: Sequence[Found]
) -> AsyncIterator[Done]:
    """Turn these links off. Of what was refused it is seen whether there still is a document."""
    async for portion, run in _work_off(errands, portals, links, OFF):
        for link in await _as_they_are(errands, portion):
            yield _judge(link, run)


def _judge(link: Found, run: PastRun) -> Done:
    """By the register, which the run has written."""
    if link.state == LinkState.OFF:
        return Done(link=link, what=ENDED.get(link.ended_by or "", What.OFF))
    is_seen = run.decided_at is not None and link.changed_at >= run.decided_at
    if is_seen and link.state == LinkState.PUBLIC:
        return Done(link=link, what=What.PUBLIC)
    code = run.outputs.get("error_code", "" if run.outputs else "app_removed")
    text = run.outputs.get("error_text", "" if run.outputs else REMOVED_MEANWHILE)
    return Done(link=link, what=What.UNKNOWN, error_code=code, error_text=text)


ENDED: Mapping[str, What] = {EndedBy.DELETED: What.DELETED, EndedBy.ELSEWHERE: What.ELSEWHERE}


async def _as_they_are(errands: Errands, portion: _Portion) -> list[Found]:
    ids = [link.id for link in portion.links]
    return await errands.database.read(lambda conn: register.by_ids(conn, ids))


async def _work_off(
    errands: Errands, portals: Mapping[int, Portal], links: Sequence[Found], code: str
) -> AsyncIterator[tuple[_Portion, PastRun]]:
    """Each portion with the run that did it, or that failed before because of its portal."""
    waiting = _portions(portals, links)
    under_way: dict[int, _Portion] = {}
    while waiting or under_way:
        taken = _take(waiting, under_way.values())
        if taken:
            ids = await errands.queue([portion.run(code) for portion in taken])
            under_way |= dict(zip(ids, taken, strict=True))
        done = await errands.decided(list(under_way))
        for run in done:
            portion = under_way.pop(run.id)
            yield portion, run
            if not run.outputs or run.outputs.get("error_code") in OF_PORTAL:
                for rest in waiting.pop(portion.portal.id, ()):
                    yield rest, run
        await asyncio.sleep(0 if done else LOOKS_EVERY)


def _portions(portals: Mapping[int, Portal], links: Sequence[Found]) -> dict[int, deque[_Portion]]:
    found: dict[int, deque[_Portion]] = {}
    by_portal = sorted(links, key=lambda link: link.portal_id)
    for portal_id, of_portal in groupby(by_portal, key=lambda link: link.portal_id):
        together = list(of_portal)
        found[portal_id] = deque(
            _Portion(portals[portal_id], together[first : first + BATCH_LIMIT])
            for first in range(0, len(together), BATCH_LIMIT)
        )
    return found


def _take(waiting: dict[int, deque[_Portion]], under_way: Collection[_Portion]) -> list[_Portion]:
    """The next ones, as far as there is room at their portals and in all."""
    taken: list[_Portion] = []
    busy = Counter(portion.portal.id for portion in under_way)
    for portal_id, portions in list(waiting.items()):
        while portions and busy[portal_id] < AT_ONCE and len(taken) + len(under_way) < TOGETHER:
            taken.append(portions.popleft())
            busy[portal_id] += 1
        if not portions:
            del waiting[portal_id]
    return taken
