"""Runs a stage's robots in order, stops where one waits, goes on when its answer comes.

Wire facts 3 and 4. A pass is one run of the portal over the workflow: it ends where a
robot waits, where one throws, or at the end; only then is the workflow's row written.
"""

import asyncio
from typing import Any

from sandbox.crm import Item
from sandbox.errors import RobotError
from sandbox.portal import Portal
from sandbox.workflow import builtin, call, event_token
from sandbox.workflow.delivery import Queue
from sandbox.workflow.steps import StagedRobot, State, Status, Step, Workflow
from sandbox.world import World

# https://apidocs.bitrix24.com: the robot is gone; wire facts 3.
NOT_INSTALLED = "Application activity is not installed."


class Engine:
    """All workflows of one portal."""

    def __init__(self, world: World, portal: Portal) -> None:
        self._world = world
        self._portal = portal
        self.queue = Queue(world, portal)

    def start(self, item: Item, robots: list[StagedRobot]) -> Workflow:
        """Begin a workflow; the first pass has run when this returns, saved or not yet."""
        names = event_token.new_activity_name
        steps = [Step(robot=robot, activity_name=names()) for robot in robots]
        workflow = Workflow(
            id=event_token.new_workflow_id(self._portal.clock.now()),
            item=item,
            steps=steps,
            stage=item.stage,
        )
        self._portal.workflows[workflow.id] = workflow
        self._portal.journal.add(
            "item.moved", document_id=item.document_id, stage=item.stage, workflow_id=workflow.id
        )
        try:
            self._pass(workflow)
        except RobotError as error:
            self._note(workflow, "workflow.failed", message=error.message)
        self._save(workflow)
        return workflow

    def _save(self, workflow: Workflow) -> None:
        """Write the row: at once, or as late as the portal is set to be."""
        if delay := self._portal.settings.save_delay:
            self._world.courier.spawn(_save_later(workflow, delay))
        else:
            workflow.saved = True

    async def resume(self, workflow: Workflow, step: Step, outputs: dict[str, Any]) -> None:
        """Take a robot's answer and run what follows, inside the call that brought it.

        Raises:
            RobotError: of a later robot; the outputs were taken all the same.
        """
        step.outputs |= outputs
        self._note(
            workflow,
            "workflow.resumed",
            step=step.robot.name,
            outputs=outputs,
            log=step.log[-1] if step.log else "",
        )
        await self._go_on(workflow, step, State.CLOSED)

    async def _go_on(self, workflow: Workflow, step: Step, state: State) -> None:
        step.state = state
        workflow.position += 1
        workflow.locked = True
        try:
            self._pass(workflow)
            if workflow.status is Status.WAITING:
                await asyncio.sleep(self._portal.settings.save_delay)
        finally:
            workflow.locked = False

    def terminate(self, workflow: Workflow) -> None:
        workflow.status = Status.TERMINATED

    def _pass(self, workflow: Workflow) -> None:
        """Run robots until one waits.

        Raises:
            RobotError: a robot threw; the workflow is terminated.
        """
        workflow.status = Status.RUNNING
        try:
            while workflow.position < len(workflow.steps):
                if self._waits(workflow, workflow.steps[workflow.position]):
                    workflow.status = Status.WAITING
                    return
                workflow.position += 1
        except RobotError:
            self.terminate(workflow)
            raise
        workflow.status = Status.COMPLETED
        self._note(workflow, "workflow.completed")

    def _waits(self, workflow: Workflow, step: Step) -> bool:
        """Run one robot; True where the workflow now waits for its answer."""
        if step.robot.code in builtin.PROPERTIES:
            builtin.run(self._portal, workflow, step)
            step.state = State.CLOSED
            return False
        robot = self._portal.robots.get((self._client_id(step), step.robot.code))
        if robot is None:
            raise RobotError(NOT_INSTALLED)
        step.call = call.prepare(self._portal, workflow, step, robot)
        self.queue.put(step.call)
        waits = call.use_subscription(robot, step) == "Y"
        step.state = State.WAITING if waits else State.CLOSED
        if waits and step.robot.timeout_duration:
            self._world.courier.spawn(self._time_out(workflow, step, step.secret))
        return waits

    def _client_id(self, step: Step) -> str:
        """Placed robots are bound to the app's client_id, so a re-created app revives none."""
        app = self._portal.app
        return step.robot.client_id or (app.client_id if app else "")

    async def _time_out(self, workflow: Workflow, step: Step, secret: str) -> None:
        await self._portal.clock.sleep(step.robot.timeout_duration)
        if step.state is not State.WAITING or step.secret != secret:
            return
        if workflow.status is not Status.WAITING:
            return
        step.outputs["IsTimeout"] = 1
        self._note(workflow, "workflow.timeout", step=step.robot.name)
        try:
            await self._go_on(workflow, step, State.TIMEOUT)
        except RobotError as error:
            self._note(workflow, "workflow.failed", message=error.message)

    def _note(self, workflow: Workflow, kind: str, **more: Any) -> None:
        document_id = workflow.item.document_id
        self._portal.journal.add(kind, workflow_id=workflow.id, document_id=document_id, **more)


async def _save_later(workflow: Workflow, delay: float) -> None:
    await asyncio.sleep(delay)
    workflow.saved = True
