"""Tell a portal's administrator what fails until a person mends it.

Docs: api-reference/chats/notifications/im-notify.md, api-reference/chats/messages/formatting.md,
api-reference/common/system/app-info.md.
"""

from collections.abc import Generator

from robot.errors import RejectedError
from robot.flows.failures import explain, words_of
from robot.flows.flow import Flow, Run, failed, succeeded
from robot.flows.texts import notices
from robot.protocol.answers import Answer, as_int, one_line
from robot.protocol.calls import Call

SCOPE = "im"  # a permission of the application: without it nobody is told
MOST_ITEM = 60  # characters
# Where an application with a page is opened. Of the documentation only app.info's ID, «local
# identifier of the application in Bitrix24»; the path is that of Bitrix's own public files:
# modules/rest/install/public/marketplace/app/index.php.
PAGE = "{portal}/marketplace/app/{id}/"


def tell(run: Run) -> Flow:
    """Send one notification; a repeat, or the next day's, takes the place of the one before.

    Inputs of the run: `cause`; `what` (key of the text that says what happened), `item` and
    `number` for it; `user_id` and `language` of whom; `portal`, its address; `has_page`.
    """
    inputs = run.inputs
    try:
        page = (yield from _page(str(inputs["portal"]))) if inputs["has_page"] else ""
        answer: Answer = yield Call(
            "im.notify",
            {
                "USER_ID": inputs["user_id"],
                "TYPE": "SYSTEM",
                "MESSAGE": _message(run, page),
                "MESSAGE_OUT": _message(run, page, bare=True),
                "TAG": f"linkrobot_{inputs['cause']}",
            },
            can_wait=True,
        )
    except RejectedError as error:
        return failed(explain(error).code, f"The administrator was not told. {words_of(error)}")
    if not answer.result:
        return failed("bitrix24_error", "The administrator was not told: Bitrix24 did not say why.")
    return succeeded(_message(run, page, bare=True).replace("\n", " "))


def _page(portal: str) -> Generator[Call, Answer, str]:
    """The address of our page there; empty where it is not known."""
    try:
        answer = yield Call("app.info", {}, can_wait=True)
    except RejectedError:
        return ""
    app_id = as_int(answer.result.get("ID")) if isinstance(answer.result, dict) else None
    return PAGE.format(portal=portal, id=app_id) if app_id else ""


def _message(run: Run, page: str, *, bare: bool = False) -> str:
    """With BB codes, or `bare` for e-mails."""
    inputs, texts = run.inputs, notices(str(run.inputs["language"]))
    # A workflow's own name of its item; no BB code comes from it.
    item = one_line(inputs.get("item"), MOST_ITEM).replace("[", "").replace("]", "")
    what = texts[inputs["what"]].format(item=item, number=inputs.get("number", 0))
    lines = [what if bare else f"[B]{what}[/B]", texts[inputs["cause"]]]
    if page:
        lines.append(f"{texts['open']}: {page}" if bare else f"[URL={page}]{texts['open']}[/URL]")
    return "\n".join([*lines, texts["once"]])
