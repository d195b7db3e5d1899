"""A portal as it must have been: items, documents, templates, employees and faults of the runs."""

from collections.abc import Collection
from typing import Any

from sandbox.crm import Item
from sandbox.documents import Document
from sandbox.portal import Robot, User
from sandbox.replay.causes import Cause, busy, cause_of
from sandbox.replay.recording import UNKNOWN, RecordedRun, Recording, document_numbers
from sandbox.site import Site
from sandbox.templates import Template
from sandbox.workflow import builtin
from sandbox.workflow.steps import StagedRobot

ADMINISTRATOR = 1
NEVER_MADE = 10**12  # numbers above it are no document's
SHORTEST_WAIT = 10  # seconds: an app needs some of them to see that its time is over
LONGEST_WAIT = 20.0  # seconds until a run that gave up does so again
LATE_PDF = 3600.0  # seconds


class Situation:
    """What is made at a portal; numbers of the file are others here."""

    def __init__(self, site: Site, recording: Recording, *, speed: float) -> None:
        self._site, self._portal, self._speed = site, site.portal, speed
        self._recording = recording
        self._made_templates: dict[int, int] = {}
        self._items: dict[tuple[int, int], Item] = {}
        self._documents: dict[int, Document] = {}
        self._users: dict[tuple[Any, ...], int] = {}
        # Kept free from the start, so that documents which are made later stay in their order.
        self._before_first = self._portal.last_document_id
        self._portal.last_document_id += max(map(_highest, recording.runs), default=0)

    def item(self, run: RecordedRun) -> Item:
        """The run's CRM item; every run for it shares it."""
        key = run.item or (2, 0)
        if key not in self._items:
            self._portal.last_item_id += 1
            number = self._portal.last_item_id
            item = Item(entity_type_id=key[0], id=number, title=f"Replayed {key[1]}")
            self._items[key] = self._portal.items[key[0], number] = item
        return self._items[key]

    def prepare(self, run: RecordedRun) -> tuple[StagedRobot, list[Any]]:
        """Everything that the run needs: its robot as placed, and the faults to be lifted later."""
        item = self.item(run)
        user_id, cause = self._employee(run)
        self._make_documents(run, item)
        faults = [*cause.faults, *filter(None, [busy(run)])]
        for fault in faults:
            world = self._site.world
            (world.oauth_faults if fault.target == "oauth" else self._portal.faults).append(fault)
        return self._placed(run, user_id), faults

    def lift(self, faults: Collection[Any]) -> None:
        """The run is over."""
        for found in (self._portal.faults, self._site.world.oauth_faults):
            found[:] = [fault for fault in found if not any(fault is one for one in faults)]

    def _employee(self, run: RecordedRun) -> tuple[int, Cause]:
        """One employee for each kind of trouble, so that runs at the same time do not disturb."""
        if run.employee is None:
            return 0, cause_of(run, user_id=None)
        outcome = run.outcome.error_code if run.outcome else ""
        failing = (outcome, run.their_code, run.their_words) if _is_about_user(run) else ()
        key = (run.employee, *failing)
        if key == (1,):
            return ADMINISTRATOR, cause_of(run, user_id=ADMINISTRATOR)
        user_id = self._users.get(key) or max(max(self._portal.users), 100) + 1
        cause = cause_of(run, user_id=user_id if self._turns_on(run) else None)
        if key not in self._users:
            self._users[key] = user_id
            user = User(id=user_id, name=f"Employee {run.employee}", **cause.rights)
            self._portal.users[user_id] = user
        return user_id, cause

    def _turns_on(self, run: RecordedRun) -> bool:
        """Turning off may be done for anybody, so a fault that stops it concerns everybody."""
        return "public_url" in self.robot(run).declared("RETURN_PROPERTIES")

    def robot(self, run: RecordedRun) -> Robot:
        """As the app has registered it; one that it does not know gets the fields of another."""
        app = self._portal.app
        client_id = app.client_id if app else ""
        robots = self._portal.robots
        if run.robot != UNKNOWN:
            return robots[client_id, run.robot]
        like = next(robot for key, robot in robots.items() if key[0] == client_id)
        made = Robot(kind="robot", code="replayed_unknown", client_id=client_id, fields=like.fields)
        return robots.setdefault((client_id, made.code), made)

    def _placed(self, run: RecordedRun, user_id: int) -> StagedRobot:
        robot = self.robot(run)
        # What was no robot's call, but a command's, is made one: else nobody would see its end.
        return StagedRobot(
            code=robot.code,
            name=f"Run {run.number}",
            properties=self._properties(run),
            use_subscription="Y" if run.waits or run.source != "robot" else "N",
            timeout_duration=self._timeout(run),
            user_id=user_id,
            client_id=robot.client_id,
        )

    def _timeout(self, run: RecordedRun) -> int:
        """A run that gave up gives up again, but not after hours."""
        if not run.outcome or run.outcome.error_code != "gave_up":
            return 0
        whole = (run.answer_until - run.sent) / self._speed
        return max(round(min(whole, LONGEST_WAIT)), SHORTEST_WAIT)

    def _properties(self, run: RecordedRun) -> dict[str, Any]:
        change = {"document_id": self._document_id, "template_id": self._template_id}
        return {
            name: _each(value, change[name]) if name in change else value
            for name, value in run.inputs.items()
        }

    def _document_id(self, text: str) -> str:
        words = [word.strip() for word in text.split(",")]
        return ", ".join(self._document_word(word) for word in words)

    def _document_word(self, word: str) -> str:
        numbers = document_numbers(word)
        if not numbers:
            return word
        made = self._documents.get(numbers[0])
        return str(made.id if made else NEVER_MADE + numbers[0])

    def _template_id(self, text: str) -> str:
        numbers = document_numbers(text)
        return str(self._template(numbers[0])) if len(numbers) == 1 else text

    def _template(self, number: int) -> int:
        if number not in self._made_templates:
            made = max(self._portal.templates, default=100) + 1
            now, is_gone = self._portal.clock.now(), self._recording.templates.get(number, False)
            self._portal.templates[made] = Template(
                id=made,
                name=f"Template {number}",
                bindings=["2"],
                created_at=now,
                updated_at=now,
                deleted=is_gone,
            )
            self._made_templates[number] = made
        return self._made_templates[number]

    def _make_documents(self, run: RecordedRun, item: Item) -> None:
        """Those that the run found, in the order of their numbers; the latest stays the latest."""
        for number in _gone(run) & self._documents.keys():
            self._portal.documents.pop(self._documents.pop(number).id, None)
        for number in sorted(_existing(run)):
            document = self._documents.get(number) or self._make(number, run, item)
            self._set_pdf(document, run)
            if run.outcome and run.outcome.succeeded and not self._turns_on(run):
                document.make_public()

    def _make(self, number: int, run: RecordedRun, item: Item) -> Document:
        """Of the item whose run found it there, and of the template by which one did."""
        users = [one for one in self._recording.runs if number in _existing(one)] or [run]
        finders = [one for one in users if not document_numbers(one.inputs.get("document_id"))]
        owner = self.item(finders[0]) if finders else item
        last = self._portal.last_document_id
        self._portal.last_document_id = self._before_first + number - 1
        document = builtin.add_document(
            self._portal,
            entity=(owner.entity_type_id, owner.id),
            title=f"Replayed document {number}",
            number="",
            template_id=next(filter(None, map(self._template_of, users)), 0),
            ready_in=0.0,
        )
        self._portal.last_document_id = max(last, document.id)
        self._documents[number] = document
        return document

    def _template_of(self, run: RecordedRun) -> int:
        numbers = document_numbers(run.inputs.get("template_id"))
        return self._template(numbers[0]) if len(numbers) == 1 else 0

    def _set_pdf(self, document: Document, run: RecordedRun) -> None:
        """There, coming after as long as the run waited for it, or never coming."""
        if not run.outcome or run.outcome.pdf_ready not in ("Y", "N"):
            return
        is_ready, waited = run.outcome.pdf_ready == "Y", _waited(run) / self._speed
        waits = bool(run.first_look is not None or run.inputs.get("wait_for_pdf") == "Y")
        document.fails = waits and not is_ready
        # Before the last look and after the one before; or never.
        never = min(waited, LONGEST_WAIT) if waits else LATE_PDF
        ready_in = waited * 0.9 if is_ready else never
        document.ready_at = self._portal.clock.now() + ready_in


def _is_about_user(run: RecordedRun) -> bool:
    return bool(run.outcome and run.outcome.error_code)


def _waited(run: RecordedRun) -> float:
    if run.first_look is None or run.decided is None:
        return 0.0
    return max(run.decided - run.first_look, 0.0)


def _highest(run: RecordedRun) -> int:
    return max(_existing(run), default=0)


def _existing(run: RecordedRun) -> set[int]:
    """The documents that there must have been."""
    code = run.outcome.error_code if run.outcome else ""
    if code in ("no_document", "too_many_documents") or code.startswith("unreadable_"):
        return set()
    done = set(run.outcome.documents) if run.outcome else set()
    if code == "document_not_found":
        return done
    named = document_numbers(run.inputs.get("document_id"))
    return done | set(run.documents) | set(named)


def _gone(run: RecordedRun) -> set[int]:
    """The documents that there were not any more."""
    if run.outcome is None or run.outcome.error_code != "document_not_found":
        return set()
    return set(document_numbers(run.inputs.get("document_id"))) - set(run.outcome.documents)


def _each(value: Any, change: Any) -> Any:
    return [change(one) for one in value] if isinstance(value, list) else change(value)
