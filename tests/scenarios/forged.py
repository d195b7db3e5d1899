"""Messages as anybody could write them, whole or with a field of another shape."""

import secrets
from dataclasses import dataclass
from urllib.parse import quote_plus, urlencode

MESSAGES = ("run", "install", "update", "uninstall", "installer page", "app page")
# Instead of a field's value, as it stands behind its name in a form.
SHAPES = {
    "missing": "",
    "empty": "{}=",
    "a list": "{0}[]=61&{0}[]=62",
    "a map": "{}[a][b]=61",
    "a number": "{}=61",
    "a huge number": "{}=" + "9" * 400,
    "huge": "{}=" + "x" * 60_000,
    "NUL": "{}=a%00b",
    "a line break": "{}=a%0D%0Ab",
    "not UTF-8": "{}=%ff%fe",
    "a reference": "{}=$result[c0][document][id]",
    "an escape": "{}=%1B[2J%C2%9B31m",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as anybody could write it."""

    path: str
    fields: dict[str, str]

    def body(self) -> bytes:
        return urlencode(self.fields).encode()

    def misshapen(self, name: str, shape: str) -> bytes:
        """With one field of another shape; what begins with its name goes, too."""
        others = {field: value for field, value in self.fields.items() if field != name}
        return f"{urlencode(others)}&{shape.format(quote_plus(name))}".encode()


def message(kind: str, member_id: str, host: str, **tokens: str) -> Message:
    """A message of that portal; all of its addresses are those of `host`."""
    access, application = secrets.token_hex(35), secrets.token_hex(16)
    auth = {
        "access_token": access,
        "refresh_token": secrets.token_hex(35),
        "application_token": application,
        "client_endpoint": f"{host}/rest/",
        "server_endpoint": f"{host}/rest/",
        "domain": host.rpartition("/")[2],
        "member_id": member_id,
        "expires_in": "3600",
        "scope": "crm,bizproc",
        "status": "L",
        **tokens,
    }
    inner = {f"auth[{name}]": value for name, value in auth.items()}
    if kind.endswith("page"):
        return Message(path=_frame_path(kind, host), fields=_frame(auth))
    if kind == "run":
        return Message(path="/bitrix24/robot", fields=_run() | inner | {"auth[user_id]": "1"})
    path = "/bitrix24/install" if kind == "install" else "/bitrix24/events"
    event = {"event": f"ONAPP{kind.upper()}", "ts": "1716494651", "data[VERSION]": "1"}
    return Message(path=path, fields=event | {"data[LANGUAGE_ID]": "de"} | inner)


def _run() -> dict[str, str]:
    return {
        "workflow_id": "664fa13bbbb410.99176768",
        "code": "linkrobot_enable",
        "document_id[0]": "crm",
        "document_id[1]": "CCrmDocumentDeal",
        "document_id[2]": "DEAL_7",
        "document_type[2]": "DEAL",
        "event_token": f"664fa13bbbb410.99176768|A1_2|{secrets.token_hex(16)}.{'0' * 64}",
        "properties[document_id]": "61",
        "properties[template_id]": "39",
        "use_subscription": "Y",
        "timeout_duration": "660",
        "ts": "1716494651",
    }


def _frame_path(kind: str, host: str) -> str:
    page = "install" if kind.startswith("install") else "app"
    query = {"DOMAIN": host.rpartition("/")[2], "PROTOCOL": "0", "LANG": "en", "APP_SID": "f" * 32}
    return f"/bitrix24/{page}?{urlencode(query)}"


def _frame(auth: dict[str, str]) -> dict[str, str]:
    return {
        "AUTH_ID": auth["access_token"],
        "AUTH_EXPIRES": "3600",
        "REFRESH_ID": auth["refresh_token"],
        "SERVER_ENDPOINT": auth["server_endpoint"],
        "APPLICATION_TOKEN": auth["application_token"],
        "member_id": auth["member_id"],
        "status": "L",
        "PLACEMENT": "DEFAULT",
        "PLACEMENT_OPTIONS": '{"any": "/"}',
    }
