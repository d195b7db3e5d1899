"""The queue between a portal and the app: asynchronous, once, never again. Wire facts 3."""

import asyncio
import time
from typing import Any

from sandbox import faults
from sandbox.messages import robot_auth
from sandbox.portal import Portal
from sandbox.workflow.steps import RobotCall
from sandbox.world import World

# Calls that come within this time count as "at once" where order is to be turned around.
REORDER_WINDOW = 0.2  # seconds


class Queue:
    """Calls of one portal on their way; the workflow never learns what became of them."""

    def __init__(self, world: World, portal: Portal) -> None:
        self._world = world
        self._portal = portal
        self._held: list[RobotCall] = []

    def put(self, call: RobotCall) -> None:
        if self._portal.deliveries.reorder:
            self._hold(call)
        else:
            self._world.courier.spawn(self._bring(call))

    def again(self, call: RobotCall) -> None:
        """The same call once more, as a queue that does not promise exactly-once may do."""
        self._world.courier.spawn(self._post(call, duplicate=True))

    def _hold(self, call: RobotCall) -> None:
        self._held.append(call)
        if len(self._held) == 1:
            self._world.courier.spawn(self._release())

    async def _release(self) -> None:
        await asyncio.sleep(REORDER_WINDOW)
        held, self._held = self._held, []
        for call in reversed(held):
            await self._bring(call)

    async def _bring(self, call: RobotCall) -> None:
        await asyncio.sleep(self._portal.deliveries.delay)
        fault = faults.take(
            self._portal.faults, "delivery", {call.code.lower()}, {"slow", "drop_before"}
        )
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if self._is_lost() or (fault and fault.kind == "drop_before"):
            self._note("robot.lost", call)
            return
        await self._post(call)
        if self._portal.deliveries.duplicate:
            await self._post(call, duplicate=True)

    def _is_lost(self) -> bool:
        if self._portal.deliveries.lose <= 0:
            return False
        self._portal.deliveries.lose -= 1
        return True

    async def _post(self, call: RobotCall, *, duplicate: bool = False) -> None:
        app = self._portal.app
        if app is None:
            self._note("robot.lost", call)
            return
        auth = robot_auth(self._world, self._portal, app, call.user_id)
        started = time.monotonic()
        reply = await self._world.courier.post(call.handler, call.fields | {"auth": auth})
        ms = round((time.monotonic() - started) * 1000, 1)
        self._note("robot.called", call, status=reply.status, ms=ms, duplicate=duplicate)

    def _note(self, kind: str, call: RobotCall, **more: Any) -> None:
        workflow_id = call.fields["workflow_id"]
        about = {"code": call.code, "document_id": call.document_id, "workflow_id": workflow_id}
        self._portal.journal.add(kind, **about, **more)
