"""What the database tells of a portal, in words: for operators, and for its administrators."""

from robot.work.checks.message import _, either
from robot.work.checks.portal_words import TELL_KEYS

KEYS_SET = either(
    "The settings name %(number)s application(s).",
    page=_("Linkrobot has this application's id and key."),
)
NO_KEYS = either(
    "LINKROBOT_CLIENT_ID and LINKROBOT_CLIENT_SECRET are not set.",
    page=_(
        "Linkrobot does not know this application's id and key, so its access to this Bitrix24 "
        "ends within the hour."
    ),
)
COPY_KEYS = either(
    "Copy them from the local application's page in Bitrix24 (README, step 3), and start "
    "Linkrobot again. Without them access is not renewed.",
    page=TELL_KEYS,
)
NOT_NAMED = either(
    "It was installed as the application %(application)s, which LINKROBOT_CLIENT_ID does not "
    "name, so its access is not renewed.",
    page=_(
        "Linkrobot does not know the key of this application (%(application)s), so its access to "
        "this Bitrix24 is not renewed."
    ),
)
NAME_IT = either(
    "If it is yours, add its id and key to LINKROBOT_CLIENT_ID and LINKROBOT_CLIENT_SECRET. "
    "If it is not, do nothing: it gets nothing of your other portals.",
    page=TELL_KEYS,
)
WAITING = _("%(number)s run(s) wait, the oldest for %(hours)s hours.")
SEE_WAITING = either(
    "`linkrobot runs --portal …` shows them, the log says why they wait. Mend first what else "
    "is listed here.",
    page=_(
        "The section «Runs» shows them. Mend first what else is listed here; if nothing is, tell "
        "whoever runs Linkrobot."
    ),
)
OVERDUE = _("%(number)s link(s) are public although their end passed more than 15 minutes ago.")
TURN_OFF = either(
    "Mend what else is listed of this portal; they are then turned off within about an hour. "
    "`linkrobot links --portal %(portal)s --ends-within 0s` shows them, `linkrobot link "
    "disable --portal %(portal)s ID` turns one off at once.",
    page=_(
        "Mend what else is listed here; they are then turned off within about an hour. The "
        "section «Links» shows them, and turns them off at once."
    ),
)
MAY_NOT_END = either(
    "Links of this portal are to be turned off at their end, but its access was never renewed "
    "with the present LINKROBOT_CLIENT_ID and LINKROBOT_CLIENT_SECRET: it may be over by then.",
    page=_(
        "Links of this portal are to be turned off at their end, but Linkrobot's access was never "
        "renewed with the application's present key: it may be over by then."
    ),
)
SET_KEYS = either(
    "Set the id and key of this portal's application, start Linkrobot again, and look again: "
    "that renews the access. `linkrobot links --portal %(portal)s --ends-within 3650d` "
    "shows the links.",
    page=TELL_KEYS,
)
