"""Small numbers that stand for a company's own: the same one for the same thing, in its order.

The order is kept since it decides: the latest document of an item is the one with the highest
number.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from robot.protocol.items import ENTITY_TYPES
from robot.store.exporting import PortalToExport, RunToExport

_NAMES = {number: name for name, number in ENTITY_TYPES.items()}
_FIRST_SMART_PROCESS = 128
_EVERY_SECOND = 2  # smart processes have even numbers


@dataclass(frozen=True, slots=True)
class Item:
    """A CRM item under its stand-in number."""

    type: int
    id: int

    @property
    def name(self) -> str:
        """As Bitrix24 would write it."""
        return f"{_NAMES.get(self.type) or f'DYNAMIC_{self.type}'}_{self.id}"


class StandIns:
    """Of one export."""

    def __init__(
        self, portal: PortalToExport, runs: Sequence[RunToExport], named: Iterable[int]
    ) -> None:
        """`named`: the documents that the runs' texts name."""
        self._installer = portal.user_id
        self.runs = _numbered(run.id for run in runs)
        changed = [change.document_id for run in runs for change in run.changes]
        chosen = [document_id for run in runs for document_id in run.chosen]
        self.documents = _numbered([*named, *chosen, *changed])
        others = {run.user_id for run in runs if run.user_id} - {portal.user_id}
        self._employees = _numbered(others)
        smart = {run.entity_type_id for run in runs if run.entity_type_id} - _NAMES.keys()
        self._types = _numbered(smart)
        self._items = {
            kind: _numbered(
                run.entity_id for run in runs if run.entity_id and run.entity_type_id == kind
            )
            for kind in {run.entity_type_id for run in runs if run.entity_type_id}
        }
        self._templates: dict[int, int] = {}

    def employee(self, user_id: int | None) -> int | None:
        """1 is who installed the app."""
        if user_id is None:
            return None
        return 1 if user_id == self._installer else self._employees[user_id] + 1

    def item(self, run: RunToExport) -> Item | None:
        """The CRM item that the run was for."""
        if not run.entity_type_id or not run.entity_id:
            return None
        number = self._items[run.entity_type_id][run.entity_id]
        return Item(self._type(run.entity_type_id), number)

    def template(self, template_id: int) -> int:
        """In the order of asking."""
        return self._templates.setdefault(template_id, len(self._templates) + 1)

    @property
    def templates(self) -> dict[int, int]:
        """Those that were asked for: the portal's number -> its stand-in."""
        return dict(self._templates)

    def _type(self, entity_type_id: int) -> int:
        if entity_type_id in _NAMES:
            return entity_type_id
        return _FIRST_SMART_PROCESS + _EVERY_SECOND * (self._types[entity_type_id] - 1)


def _numbered(ids: Iterable[int]) -> dict[int, int]:
    return {one: number for number, one in enumerate(sorted(set(ids)), start=1)}
