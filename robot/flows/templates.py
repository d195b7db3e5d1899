"""A portal's document templates, as its robots offer them: read, kept, made the options of a field.

Docs: api-reference/crm/document-generator/templates/crm-document-generator-template-list.md.
"""

from collections import Counter
from collections.abc import Generator, Mapping
from dataclasses import replace

from robot.errors import RejectedError
from robot.flows.flow import Result, Template
from robot.protocol.answers import Answer, as_int, one_line
from robot.protocol.calls import Call
from robot.protocol.registration import Definition

FIELD = "template_id"
MOST = 200  # options of the field
MOST_NAME = 100  # characters
# All inputs of a robot take 65,535 bytes in Bitrix24 (wire facts 9.1), of which our texts 11,000.
MOST_BYTES = 45_000
_BESIDE_NAME = 60  # bytes of an option that are not its name, at most
_NO = (False, 0, "0", "N", "false")
_YES = (True, 1, "1", "Y", "true")


def list_templates(start: int = 0) -> Call:
    """Up to 50 active templates, the newest first."""
    return Call(
        "crm.documentgenerator.template.list",
        {
            "select": ["id", "name", "active", "isDeleted"],
            "filter": {"active": "Y"},
            "order": {"id": "DESC"},
            "start": start,
        },
    )


def every(first: Result) -> Generator[Call, Answer, dict[int, str] | None]:
    """The names of all active templates, page by page; None where Bitrix24 does not tell them."""
    found: dict[int, str] = {}
    start, answer = 0, first
    while isinstance(answer, Answer):
        names = _page(answer)
        if names is None:
            return None
        found |= names
        if not answer.next or answer.next <= start:
            return found
        start = answer.next
        try:
            answer = yield list_templates(start)
        except RejectedError:
            return None
    return None


def _page(answer: Answer) -> dict[int, str] | None:
    """By their ids; an empty map arrives as a list."""
    result = answer.result
    rows = result.get("templates") if isinstance(result, dict) else None
    if not isinstance(rows, dict | list):
        return None
    found = {}
    for row in rows.values() if isinstance(rows, dict) else rows:
        template_id = as_int(row.get("id")) if isinstance(row, Mapping) else None
        # Some versions drop filters that they do not know.
        if template_id and row.get("active") not in _NO and row.get("isDeleted") not in _YES:
            found[template_id] = one_line(row.get("name"), MOST_NAME) or str(template_id)
    return found


def kept(known: Mapping[int, Template], names: Mapping[int, str]) -> dict[int, Template]:
    """What robots shall offer: the active ones, and those that are gone, since robots use them.

    As many as fit, the newest first.
    """
    active = [(one, Template(name=names[one])) for one in sorted(names, reverse=True)]
    gone = [
        (one, replace(known[one], gone=True))
        for one in sorted(known, reverse=True)
        if one not in names
    ]
    found: dict[int, Template] = {}
    size = 0
    for template_id, template in active + gone:
        size += len(template.name.encode()) + _BESIDE_NAME
        if len(found) < MOST and size <= MOST_BYTES:
            found[template_id] = template
    return found


def options(templates: Mapping[int, Template]) -> dict[str, str]:
    """Of the field: key -> title, in the order of their names, those that are gone last."""
    times = Counter(template.name for template in templates.values())

    def title(template_id: int, template: Template) -> str:
        number = f" ({template_id})" if times[template.name] > 1 else ""
        return f"{template.name}{number}{' (deleted)' if template.gone else ''}"

    def place(one: tuple[int, Template]) -> tuple[bool, str, int]:
        return one[1].gone, one[1].name.casefold(), one[0]

    return {
        str(one): title(one, template) for one, template in sorted(templates.items(), key=place)
    }


def offering(definition: Definition, templates: Mapping[int, Template]) -> Definition:
    """The robot with its field for a template as a choice; without templates one of their ids."""
    if not templates:
        return definition
    inputs = tuple(
        replace(one, type="select", options=options(templates)) if one.name == FIELD else one
        for one in definition.inputs
    )
    return replace(definition, inputs=inputs)
