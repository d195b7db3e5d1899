"""What is said of one portal: by `linkrobot doctor` to operators, on the page to administrators."""

from collections.abc import Mapping

from robot.work.checks.message import Message, _, either

SYNC_COMMAND = "linkrobot robots sync"
REGISTER_HERE = _("Press «Register again» on this page.")

SYNC = either(f"`{SYNC_COMMAND}`", page=REGISTER_HERE)
SYNC_AFTER = either(
    f"Bitrix24's own words tell why. Then: `{SYNC_COMMAND}`.",
    page=_("Bitrix24's own words tell why. Then press «Register again» on this page."),
)
OPEN_IT = either(
    "Let an administrator open the application in Bitrix24 once, or save the local application "
    "there again: Linkrobot then works on that administrator's behalf.",
    page=_(
        "Press «Register again» on this page: Linkrobot then works on your behalf, and you are "
        "an administrator."
    ),
)
TELL_KEYS = _(
    "Tell whoever runs Linkrobot: LINKROBOT_CLIENT_ID and LINKROBOT_CLIENT_SECRET must be this "
    "application's id and key, as its page in Bitrix24's developer resources shows them. Then "
    "press «Register again» on this page."
)
KEYS = either(
    "See that LINKROBOT_CLIENT_ID and LINKROBOT_CLIENT_SECRET hold the application's present id "
    "and key, start Linkrobot again if you changed them, and look again. If not mended: "
    "let an administrator open the application in Bitrix24 once, or save the local application "
    "there again: Linkrobot then works on that administrator's behalf.",
    page=_(
        "Press «Register again» on this page: Linkrobot then works with your access. If it does "
        "not help, tell whoever runs Linkrobot: LINKROBOT_CLIENT_ID and LINKROBOT_CLIENT_SECRET "
        "must be this application's present id and key."
    ),
)
SEE_KEYS = either("See «application keys».", page=TELL_KEYS)
SEE_SERVER = either(
    "See «authorization server», and run this again.",
    page=_("Look again in a few minutes. If it stays so, tell whoever runs Linkrobot."),
)

# What a refusal of everything means: by the codes of robot/flows/failures.py.
REFUSED: Mapping[str, tuple[Message, Message]] = {
    "no_rights": (
        _(
            "Administrator %(user)s (%(page)s) was dismissed or may not use the application any "
            "more."
        ),
        OPEN_IT,
    ),
    "no_token": (_("Administrator %(user)s (%(page)s) has no valid access left."), KEYS),
    "app_not_installed": (
        _(
            "Administrator %(user)s (%(page)s) cannot be used: the application is not installed "
            "there any more."
        ),
        _("Install it again, or leave it: nothing is waiting there that could be answered."),
    ),
    "portal_deleted": (
        _(
            "Administrator %(user)s (%(page)s) cannot be used: the portal was deleted, or its "
            "public part is closed."
        ),
        _("Nothing can be done from here."),
    ),
    "not_on_plan": (
        _(
            "Administrator %(user)s (%(page)s) cannot be used: the portal's plan has no apps any "
            "more."
        ),
        _("Choose a commercial plan with an active Market subscription."),
    ),
}
REFUSED_OTHERWISE = (
    _("Administrator %(user)s (%(page)s) cannot be used."),
    _("Bitrix24's own words tell why."),
)
NO_KEY = _(
    "Administrator %(user)s (%(page)s) installed it. Access works, and ends within the hour: no "
    "key to renew it."
)
NO_ANSWER = _(
    "Administrator %(user)s (%(page)s) installed it. Access works; its renewal got no answer."
)
NOT_RENEWED = _(
    "Administrator %(user)s (%(page)s) installed it. Access is not renewed any more, and ends "
    "within the hour."
)
WORKS = _("Administrator %(user)s (%(page)s) installed it. Access works, and was renewed just now.")
NOT_ASKED = Message("%(why)s")
LOOK_WHETHER_IT_WORKS = either(
    "Look whether its Bitrix24 works. If it does, the log says why Linkrobot does not reach it.",
    page=_("Look again in a few minutes. If it stays so, tell whoever runs Linkrobot."),
)
NOT_TAKEN_UP = _("Linkrobot did not come to look at it in time.")
SEE_WHY = either(
    "Either it works off a burst there (`linkrobot runs --watch` shows it), or it hangs: then the "
    "log says more.",
    page=_(
        "Either it works off many runs right now, which the section «Runs» shows, or it hangs: "
        "then tell whoever runs Linkrobot."
    ),
)

LACKS = _("The application lacks: %(missing)s.")
TICK = either(
    "Open it in Bitrix24's developer resources, tick «CRM» (crm) and «Business processes» "
    f"(bizproc), and save. Then: `{SYNC_COMMAND}`.",
    page=_(
        "Open it in Bitrix24's developer resources, tick «CRM» (crm) and «Business processes» "
        "(bizproc), and save. Then press «Register again» on this page."
    ),
)
HAS_SCOPES = _("The application has crm and bizproc.")

# What a plan lacks that lacks these methods.
RULES, DOCUMENTS = "automation rules", "documents"
OF_PLAN = {"adding": RULES, "sending": RULES, "enabling": DOCUMENTS}
LACKING: Mapping[frozenset[str], Message] = {
    frozenset({RULES}): _("The portal's plan has no automation rules (%(methods)s)."),
    frozenset({DOCUMENTS}): _("The portal's plan has no documents (%(methods)s)."),
    frozenset({RULES, DOCUMENTS}): _(
        "The portal's plan has no automation rules and documents (%(methods)s)."
    ),
}
CHOOSE_PLAN = either(
    f"Choose a plan with automation rules (CRM robots) and documents, then: `{SYNC_COMMAND}`.",
    page=_(
        "Choose a plan with automation rules (CRM robots) and documents. Then press «Register "
        "again» on this page."
    ),
)
PLAN_NOT_TOLD = _("Bitrix24 does not tell whether it has %(methods)s.")
ASK_BITRIX24 = _("If robots fail, ask Bitrix24 what the portal's plan holds.")
PLAN_HAS_ALL = _("The plan has automation rules and documents.")

IS_ADMINISTRATOR = _("Whoever installed it is an administrator.")
RIGHTS_NOT_TOLD = _("Bitrix24 does not tell whether user %(user)s is an administrator.")
NO_ADMINISTRATOR = _(
    "User %(user)s, who installed it, is no administrator (any more). Robots cannot be registered "
    "again."
)

KNOWN_TO_BE_REGISTERED = _("The robots are registered, as far as Linkrobot knows.")
DIFFER_OR_MISSING = _("The robots are not registered as this version of Linkrobot needs them.")
ROBOTS_NOT_TOLD = _("Bitrix24 does not tell which robots there are.")
NOT_REGISTERED = _("Not registered there: %(missing)s.")
DIFFER = _("They differ from this version, or call another address.")
NOT_BOUND = _("Bitrix24 would not tell of %(events)s.")
ALL_REGISTERED = _("The robots are registered as this version of Linkrobot needs them.")
REGISTERED = either(
    "Registered as in the code: %(codes)s. Not in the workflow designer: LINKROBOT_ACTIVITIES "
    "says so.",
    page=ALL_REGISTERED,
)
REGISTERED_IN_DESIGNER = either(
    "Registered as in the code: %(codes)s. In the workflow designer, too.",
    page=_(
        "The robots are registered as this version of Linkrobot needs them, in the workflow "
        "designer, too."
    ),
)
REGISTERED_NO_DESIGNER = either(
    "Registered as in the code: %(codes)s. Not in the workflow designer, which this plan lacks.",
    page=_(
        "The robots are registered as this version of Linkrobot needs them. The workflow designer "
        "has none: this plan lacks it."
    ),
)
