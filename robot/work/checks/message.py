"""Words for people, kept as a template with its values, so that the app's page can translate them.

`str()` of a message is English, for the command line. Babel finds the templates by `_`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence; `%(name)s` in it stands for a value."""

    template: str
    values: Mapping[str, str] = field(default_factory=dict)
    # What a portal's administrators read instead: they have no shell, and see nobody's settings.
    on_page: "Message | None" = None

    def __str__(self) -> str:
        return self.template % self.values if self.values else self.template

    def where(self, **values: object) -> "Message":
        """The same with these values."""
        shown = {name: str(value) for name, value in values.items()}
        page = Message(self.on_page.template, shown) if self.on_page else None
        return Message(self.template, shown, page)


NOTHING = Message("")


def _(template: str) -> Message:
    """A message that the page may show: Babel finds it."""
    return Message(template)


def either(operators: str, *, page: Message) -> Message:
    """What `linkrobot doctor` tells operators, and what the page tells administrators instead."""
    return Message(operators, on_page=page)
