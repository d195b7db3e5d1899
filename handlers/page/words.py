"""The page's words for what runs tell by codes, translated where they are shown.

`causes.py` has those of the error codes.
Nothing that a stranger wrote may go through a template's `_`: it takes its text for HTML of ours.
"""

from collections.abc import Mapping

from handlers.page.texts import mark
from robot.flows.catalogue import CHECK, END, EXTEND, LOOK, OFF, REGISTER, RENEW, TELL, WHO
from robot.flows.catalogue import ITEMS as FIND
from robot.store.runs import Ending, Source
from robot.work.not_retried import Why
from robot.work.retrying import Told

_ = mark


SOURCES: Mapping[str, str] = {
    Source.ROBOT: _("a robot in Bitrix24"),
    Source.COMMAND: _("the command line of Linkrobot"),
    Source.INSTALL: _("the installation of the app"),
    Source.PAGE: _("an administrator on this page"),
    Source.TIME: _("Linkrobot itself, at its time"),
}

# How a finished run left its workflow.
ENDINGS: Mapping[str, str] = {
    Ending.REPORTED: _("The workflow took the answer and went on."),
    Ending.NOT_AWAITED: _("No workflow waited for an answer."),
    Ending.WORKFLOW_GONE: _("The workflow had ended before it was answered."),
    Ending.REFUSED: _("Bitrix24 did not take the answer, so the workflow may still wait."),
    Ending.UNDELIVERED: _("Bitrix24 could not be reached, so the workflow was never answered."),
    Ending.APP_REMOVED: _("The app was removed before the workflow was answered."),
    Ending.PORTAL_DELETED: _("Bitrix24 was deleted or closed before the workflow was answered."),
}

# What runs of Linkrobot's own do.
OWN_RUNS: Mapping[str, str] = {
    REGISTER: _("Register the robots"),
    CHECK: _("Check Linkrobot's access"),
    END: _("Turn a link off at its end"),
    LOOK: _("Look which links are public"),
    OFF: _("Turn many links off"),
    EXTEND: _("Give many links another end"),
    RENEW: _("Renew an access"),
    WHO: _("See who opened this page"),
    FIND: _("Look for CRM items"),
    TELL: _("Tell an administrator what to mend"),
}

# What one looks for, by entityTypeId.
KINDS: Mapping[int, str] = {
    1: _("Leads"),
    2: _("Deals"),
    3: _("Contacts"),
    4: _("Companies"),
    7: _("Quotes"),
    31: _("Invoices"),
}

# By entityTypeId; `%(number)s` is the item's.
ITEMS: Mapping[int, str] = {
    1: _("Lead %(number)s"),
    2: _("Deal %(number)s"),
    3: _("Contact %(number)s"),
    4: _("Company %(number)s"),
    5: _("Invoice %(number)s"),
    7: _("Quote %(number)s"),
    14: _("Order %(number)s"),
    31: _("Invoice %(number)s"),
    36: _("Document to sign %(number)s"),
    39: _("Document to sign %(number)s"),
}
SMART_PROCESS_ITEM = _("Smart process item %(number)s")

# Why a run is not done again; `%(run)s` is the run that it is done again by.
NOT_RETRIED: Mapping[Why, str] = {
    Why.UNKNOWN: _("There is no such run any more: old ones are forgotten."),
    Why.AT_WORK: _("This run is still being worked on, so there is nothing to try again yet."),
    Why.BEING_TOLD: _(
        "This run has its outcome, and its workflow is told as soon as Bitrix24 "
        "takes the answer. There is nothing to try again yet."
    ),
    Why.REGISTERS: _("Robots are registered again in the overview."),
    Why.NO_PORTAL: _("The app was removed from this Bitrix24. Install it again first."),
    Why.UNPROVEN: _(
        "On whose behalf this run was is not known, and the access that came with it "
        "is not kept. Run the robot again in Bitrix24, or use «Try it»."
    ),
    Why.UNOPENED: _(
        "Linkrobot's key does not open what is needed to answer the workflow. "
        "Whoever runs Linkrobot should put back the key that was in use then."
    ),
    Why.DONE_MEANWHILE: _(
        "Somebody has tried this again meanwhile: see run %(run)s. Nothing was done twice."
    ),
}

# What the workflow has of a run that was done again.
TOLD: Mapping[Told, str] = {
    Told.TAKEN: _("The workflow took this answer and goes on."),
    Told.BEING_TOLD: _("The workflow has not taken this answer yet; Linkrobot goes on trying."),
    Told.NOT_TAKEN: _("The workflow did not take this answer."),
    Told.GONE_ON: _(
        "The workflow had gone on with the first answer, so it is told nothing. "
        "Whoever waits for this must be told by hand."
    ),
    Told.NOBODY_WAITS: _("No workflow waits for it."),
    Told.DONE_BEFORE: _("The workflow was left to the run that tried this before."),
    Told.HAD_ENDED: _("The workflow had ended before, so it is told nothing."),
    Told.LOST: _(
        "The workflow cannot be told any more. If the CRM item still waits, end its "
        "workflow by hand in Bitrix24."
    ),
}

# How a link ended that is not public any more.
LINK_ENDED: Mapping[str, str] = {
    "expired": _("It was turned off at its end."),
    "deleted": _("Its document was deleted."),
    "elsewhere": _("It was turned off in Bitrix24."),
    "app_removed": _("The app was removed; the link may still be public."),
    "never_on": _("It was not turned on."),
    "robot": _("A robot turned it off."),
    "command": _("It was turned off on Linkrobot's command line."),
    "page": _("An administrator turned it off on Linkrobot's page."),
}
