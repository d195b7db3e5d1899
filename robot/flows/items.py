"""Find CRM items by number or title: who tries the robot in the page chooses one of them.

Source: https://apidocs.bitrix24.com, "crm.item.list".
"""

from robot.errors import RejectedError
from robot.flows.failures import explain
from robot.flows.flow import Flow, Result, Run, failed, succeeded
from robot.protocol.answers import Answer, as_int, one_line
from robot.protocol.calls import Call

MOST = 20  # offered
MOST_TITLE = 200  # characters
# Which CRM items can be listed this way; smart processes (128 and more) can, too.
LISTED = frozenset({1, 2, 3, 4, 7, 31})


def find_items(run: Run) -> Flow:
    """The newest items, or those with that number or these words in their title.

    Inputs of the run: `entity_type_id`, `text` (may be empty). Output: `items`, texts
    `<id> <title>`, the newest first.
    """
    kind, text = int(run.inputs["entity_type_id"]), str(run.inputs["text"]).strip()
    filters: list[dict[str, object]] = [{"%title": text} if text else {}]
    if text.isascii() and text.isdigit():
        filters.insert(0, {"id": int(text)})
    results: list[Result] = yield tuple(_list(kind, one) for one in filters)
    found: dict[int, str] = {}
    for result in results:
        if isinstance(result, RejectedError):
            error = explain(result)
            return failed(error.code, error.text)
        found |= _read(result)
    items = [f"{number} {title}" for number, title in found.items()]
    return succeeded("Items were looked for.", items=items[:MOST])


def _list(kind: int, wanted: dict[str, object]) -> Call:
    params = {"entityTypeId": kind, "select": ["id", "title"], "order": {"id": "DESC"}}
    return Call("crm.item.list", {**params, "filter": wanted} if wanted else params)


def _read(answer: Answer) -> dict[int, str]:
    rows = answer.result.get("items") if isinstance(answer.result, dict) else None
    found = {}
    for row in rows if isinstance(rows, list) else []:
        number = as_int(row.get("id")) if isinstance(row, dict) else None
        if number:
            found[number] = one_line(row.get("title"), MOST_TITLE)
    return found
