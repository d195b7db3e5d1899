"""What an administrator looks for among the runs: one field that takes numbers and addresses."""

import re
from dataclasses import dataclass, replace

from robot.protocol import item_paths
from robot.protocol.fields import Fields
from robot.protocol.items import MAX_ID
from robot.store.found_runs import Stage, Subject, Wanted

TEXT, STAGE, OWN = "text", "stage", "own"  # the form's fields
TICKED = "Y"
# `7`, `#7` (a run); Bitrix24 and people write other numbers with their kind.
_NUMBER = re.compile(r"[#№]?\s*([0-9]{1,19})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """The form as it was filled in, and what it means."""

    text: str
    stage: Stage | None
    with_own: bool
    subject: Subject | None  # None: the text is empty
    is_readable: bool = True

    def wanted(self, portal_id: int) -> Wanted:
        """The runs of that portal that are meant."""
        return Wanted(
            portal_id=portal_id, subject=self.subject, stage=self.stage, with_own=self.with_own
        )

    @property
    def query(self) -> dict[str, str]:
        """The form's fields, to be sent again."""
        fields = {TEXT: self.text, STAGE: self.stage or "", OWN: TICKED if self.with_own else ""}
        return {name: value for name, value in fields.items() if value}


def read(form: Fields) -> Search:
    """What the form says; whatever it does not say is not looked for."""
    text, stage = form.raw(TEXT).strip(), form.raw(STAGE)
    search = Search(
        text=text,
        stage=Stage(stage) if stage in list(Stage) else None,
        with_own=form.raw(OWN) == TICKED,
        subject=_subject(text) if text else None,
    )
    return replace(search, is_readable=search.subject is not None or not text)


def nothing() -> Search:
    """The section as it is opened."""
    return Search(text="", stage=None, with_own=False, subject=None)


def _subject(text: str) -> Subject | None:
    if number := _NUMBER.fullmatch(text):
        meant = int(number[1])
        if not 0 < meant <= MAX_ID:
            return None
        if not text[0].isdigit():
            return Subject(run_id=meant)
        items = item_paths.names_of(meant)
        return Subject(items=items, document_id=meant, run_id=meant)
    name = item_paths.name_in(text)
    return Subject(items=(name,)) if name else None
