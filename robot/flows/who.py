"""Who somebody is at the portal: what the app's page needs to know of whoever opened it."""

from robot.flows.flow import Flow, Run, succeeded
from robot.protocol.calls import Call

ADMIN, TIME_ZONE = "admin", "time_zone"
YES, NO = "Y", "N"


def who(run: Run) -> Flow:
    """Ask with that employee's own access.

    Outputs: `admin` (Y or N) and `time_zone` (IANA; empty: that of the browser).
    Source: https://apidocs.bitrix24.com, "profile"; it needs no scope.
    """
    answer = yield Call("profile", {})
    told = answer.result if isinstance(answer.result, dict) else {}
    return succeeded(
        "The portal told who it is.",
        **{
            ADMIN: YES if told.get("ADMIN") is True else NO,
            TIME_ZONE: str(told.get("TIME_ZONE") or ""),
        },
    )
