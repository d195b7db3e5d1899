"""Why runs fail, in the page's words: cause and remedy by `error_code`."""

from collections.abc import Mapping
from dataclasses import dataclass


def _(text: str) -> str:
    """Marks a text for the translators."""
    return text


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a robot could not do its work, and what helps."""

    cause: str
    remedy: str


_FIELD = _(
    "Mend that field of the robot in the automation rules, then run the robot for the CRM item "
    "anew: this run keeps the values that it was given."
)
_OTHER_WORDS = _("Read Bitrix24's own words below.")

# By `error_code`; a test holds README's table against it.
CAUSES: Mapping[str, Cause] = {
    "no_document": Cause(
        _("The CRM item had no document to turn on."),
        _(
            "Make the document first, for example with the rule «Create document» before "
            "the robot, then try again."
        ),
    ),
    "document_not_found": Cause(
        _("There is no document with that number."),
        _("See whether it was deleted, and what the robot's field «Document ID» holds."),
    ),
    "unreadable_document_id": Cause(
        _("The field «Document ID» holds something else than document numbers."), _FIELD
    ),
    "unreadable_template_id": Cause(
        _("The field «Template» holds something else than one template."), _FIELD
    ),
    "unreadable_which": Cause(
        _("The field «Which documents» holds a value that it does not take."), _FIELD
    ),
    "unreadable_valid_days": Cause(
        _("The field «Valid for, days» does not hold a number of days."), _FIELD
    ),
    "too_many_documents": Cause(
        _("The field «Document ID» names more than 500 documents."), _FIELD
    ),
    "access_does_not_last": Cause(
        _(
            "The link was not turned on: Linkrobot could not renew its access, and so "
            "might be unable to turn the link off later."
        ),
        _("Whoever runs Linkrobot should set the application's two keys (client id and secret)."),
    ),
    "ended_meanwhile": Cause(
        _("While the run waited for the PDF, a later step turned the link off."),
        _("Nothing is wrong: the link stays off. Try again if it shall be on."),
    ),
    "not_a_crm_item": Cause(
        _("The robot ran for something that is no CRM item, such as a task."),
        _("Put a document's number into the robot's field «Document ID»."),
    ),
    "no_rights": Cause(
        _("The employee on whose behalf the robot runs may not do this, or was dismissed."),
        _(
            "Give that employee the right to change documents and to read this CRM item, "
            "or choose an administrator in the robot's «Run as». Then try again."
        ),
    ),
    "no_token": Cause(
        _("Linkrobot has no access left for the employee on whose behalf the robot runs."),
        _(
            "Whoever runs Linkrobot should set the application's two keys (client id and "
            "secret); or choose another employee in the robot's «Run as»."
        ),
    ),
    "scope_missing": Cause(
        _("The application lacks a permission."),
        _(
            "Open the application in Bitrix24's developer resources and tick «CRM» and "
            "«Business processes»."
        ),
    ),
    "not_on_plan": Cause(
        _("Bitrix24 does not offer this on its present plan."),
        _(
            "Documents, automation and apps need a commercial plan with an active Market "
            "subscription."
        ),
    ),
    "app_not_installed": Cause(
        _("The application is no longer installed in this Bitrix24."), _("Install it again.")
    ),
    "portal_deleted": Cause(_("This Bitrix24 was deleted, or it is closed."), _OTHER_WORDS),
    "no_link": Cause(
        _("Bitrix24 turned the link on, but did not tell its address."),
        _("Open the document in Bitrix24 and copy its public link, or try again."),
    ),
    "unexpected_answer": Cause(
        _("Bitrix24 answered something that Linkrobot does not understand."), _OTHER_WORDS
    ),
    "bitrix24_error": Cause(_("Bitrix24 refused."), _OTHER_WORDS),
    "not_admin": Cause(
        _("Only an administrator can register the robots."),
        _("An administrator should open this page and register them in the overview."),
    ),
    "gave_up": Cause(
        _("The time for this run was over before Bitrix24 did what it was asked for."),
        _("See below what was tried last. Try again once Bitrix24 answers."),
    ),
    "unknown_robot": Cause(
        _("This Linkrobot does not know that robot."),
        _("Remove it from the stage, or have Linkrobot updated."),
    ),
    "internal_error": Cause(
        _("Linkrobot itself failed; nothing is wrong with the document."),
        _(
            "Whoever runs Linkrobot should look into its log under the run's number. The "
            "exported run helps its developers."
        ),
    ),
}
OTHER_CAUSE = Cause(_("The run failed."), _("Read below what Linkrobot wrote down."))


def cause_of(code: str) -> Cause:
    """What an error code means."""
    return CAUSES.get(code, OTHER_CAUSE)
