"""What texts of an export may be made of: nothing else passes. A test holds that ours do."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Every word of the sentences in which Linkrobot says why a run failed.
WORDS = _set(
    """
a access active address administrator again already an and anew another answer answered
application application's apps are as ask asked at authorization automation batch's be because
before behalf being belong belongs between bitrix bizproc bring business but call came can
cannot carries certificate change changed choose client closed commas commercial connection
connections copy could create crm days deleted designer developer did dismissed dns do doctor
document document's documentgenerator documents does done earlier employee empty end ended ends
example expired failed field followed for found from gave generator give greater had has have
heard hold holds host id in install installed into is it item its itself json keys know lacks
large last later leave left limits link linkrobot linkrobot's links list lives log longer look
looked made makes many market may mention message message's messages module most must name
names need needs new no none not note nothing now number numbers of off offer on once one only
open or our output over own page part pdf perhaps permission permissions person plan portal
portal's portals present private processes public put reached read redirects refused refuses
register registered remove renew renewed requests resources result right robot robot's robots
room rule rules run running runs said script secret secure see send server set settings several
should so stage stays step still stopped subscription such sync taken tell template templates
than that the then there they this tick ticked time times tls to token tokens too tried trying turn
turned update use user valid verified verify waited was were whether which while who whose why
with without words work workflow wrong
"""
)
# What is no word, and stands in those sentences as well.
FIXED = _set(
    """
0 14 0.5 500 3650 Bitrix24 Bitrix24's HTTP
LINKROBOT_CLIENT_ID LINKROBOT_CLIENT_SECRET LINKROBOT_PRIVATE_PORTALS
app.info batch bizproc.event.send oauth.token profile
crm.documentgenerator.document.enablepublicurl crm.documentgenerator.document.get
crm.documentgenerator.document.list
"""
)
# Between « and »: our fields, and what Bitrix24 itself says to everybody.
QUOTES = frozenset(
    {
        "Business processes",
        "CRM",
        "Create document",
        "Document ID",
        "Run as",
        "Script only",
        "Template ID",
        "Valid for, days",
        "Wait for the PDF",
        "Which documents",
        "every",
        "latest",
        "linkrobot robots sync",
        "Access denied",
        "Access denied!",
        "Application not found",
        "Document not found",
        "Internal server error",
        "Invalid grant",
        "Method not found!",
        "Portal was deleted",
        "REST is available only on commercial plans.",
        "The access token provided has expired",
        "The request requires higher privileges than provided by the access token",
        "Too many requests",
        "Unable to authorize user",
        "Wrong authorization data",
        "You do not have permissions to modify this document",
        "You do not have permissions to view documents",
    }
)
# Bitrix24's own error codes. Source: https://apidocs.bitrix24.com/error-codes.html
BITRIX24_CODES = _set(
    """
ACCESS_DENIED ALLOWED_ONLY_INTRANET_USER APPLICATION_NOT_FOUND AUTHORIZATION_ERROR
CONNECTION_ERROR DOCGEN_ACCESS_ERROR ERROR_ACTIVITY_ALREADY_INSTALLED ERROR_ACTIVITY_NOT_FOUND
ERROR_CORE ERROR_METHOD_NOT_FOUND ERROR_OAUTH ERROR_UNEXPECTED_ANSWER EXPIRED_TOKEN
INSUFFICIENT_SCOPE INTERNAL_SERVER_ERROR INVALID_ARG_VALUE INVALID_CLIENT INVALID_CREDENTIALS
INVALID_GRANT INVALID_REQUEST INVALID_TOKEN NOT_INSTALLED NO_AUTH_FOUND OPERATION_TIME_LIMIT
OVERLOAD_LIMIT PAYMENT_REQUIRED PORTAL_DELETED QUERY_LIMIT_EXCEEDED USER_ACCESS_ERROR WRONG_CLIENT
100 404 423
"""
)
# Ours: README lists them.
ERROR_CODES = _set(
    """
access_does_not_last app_not_installed bitrix24_error document_not_found ended_meanwhile gave_up
internal_error no_document no_link no_rights no_token not_a_crm_item not_admin not_on_plan
portal_deleted portal_moved scope_missing too_many_documents unexpected_answer unknown_robot
unreadable_document_id unreadable_template_id unreadable_valid_days unreadable_which
"""
)
# Permissions of an application that say something of how Linkrobot works.
SCOPES = frozenset({"bizproc", "crm", "im", "user", "user_basic", "user_brief"})
