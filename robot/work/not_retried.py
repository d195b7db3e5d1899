"""Why a run is not done again: for the command line in full, for the page by its code."""

from enum import StrEnum

from robot.errors import SettingsError


class Why(StrEnum):
    """Why a run is not done again. The page says each in words of its own."""

    UNKNOWN = "unknown"
    AT_WORK = "at_work"
    BEING_TOLD = "being_told"
    REGISTERS = "registers"
    NO_PORTAL = "no_portal"
    UNPROVEN = "unproven"
    UNOPENED = "unopened"
    DONE_MEANWHILE = "done_meanwhile"


TEXTS = {
    Why.UNKNOWN: (
        "There is no run {run_id}. `linkrobot runs` shows them; what is older than "
        "LINKROBOT_KEEP_RUNS is forgotten."
    ),
    Why.AT_WORK: (
        "Run {run_id} is being worked on, until {until} at most: there is nothing to retry yet. "
        "`linkrobot runs` shows what comes of it."
    ),
    Why.BEING_TOLD: (
        "Run {run_id} has its outcome ({outcome}), and its workflow is told as soon as Bitrix24 "
        "takes the answer: there is nothing to retry yet."
    ),
    Why.REGISTERS: (
        "Run {run_id} registered the robots. Do that again with `linkrobot robots sync`."
    ),
    Why.NO_PORTAL: (
        "The portal of run {run_id} has removed the app. Install it there again first; then this "
        "can be done again, but the workflow cannot be answered any more."
    ),
    Why.UNPROVEN: (
        "On whose behalf run {run_id} was is not known: any employee could have sent it, and the "
        "access that came with it is not kept any more. Run the robot again in Bitrix24, or use "
        "`linkrobot link enable` or `linkrobot link disable`. Nothing was done."
    ),
    Why.UNOPENED: (
        "None of the keys opens what is needed to answer the workflow of run {run_id}. Put back "
        "the key that was in use when it came, then run this again. Without that key: turn the "
        "link on with `linkrobot link enable`, and end the workflow by hand in Bitrix24."
    ),
    Why.DONE_MEANWHILE: (
        "Run {run_id} is being done again by run {other} just now. `linkrobot runs` shows what "
        "comes of it. Nothing was done."
    ),
}


class NotRetriedError(SettingsError):
    """Nothing was done, and why."""

    def __init__(self, why: Why, run_id: int, *, other: int = 0, **about: object) -> None:
        super().__init__(TEXTS[why].format(run_id=run_id, other=other, **about))
        self.why = why
        self.other = other  # the run that does it
