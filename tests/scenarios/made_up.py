"""A made-up Bitrix24, for what the sandbox never does: answers that no honest portal gives.

Its authorization server is one of those that the shared app asks.
"""

import json
import secrets
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tests.programs import CLIENT_ID
from tests.scenarios.listeners import Listener, Received, Reply


class MadeUpPortal(Listener):
    """Answers each REST method as told, `true` to all others; keeps the calls."""

    def __init__(self) -> None:
        self.member_id = secrets.token_hex(16)
        self.access_token = secrets.token_hex(35)
        self.results: dict[str, Any] = {"bizproc.robot.list": [], "event.get": []}
        self.calls: list[tuple[str, dict[str, str]]] = []  # method, parameters as PHP fields
        self.redirects_to = ""  # another server's address
        super().__init__()

    def answer(self, request: Received) -> Reply:
        if self.redirects_to:
            return Reply(status=302, headers={"Location": self.redirects_to + request.path})
        method, given = request.path.removeprefix("/rest/"), json.loads(request.body)
        if method == "batch":
            commands = {key: line.split("?", 1) for key, line in given["cmd"].items()}
            done = {name: self._call(*line) for name, line in commands.items()}
            found: Any = {"result": done, "result_error": [], "result_time": []}
        else:
            found = self._call(method.rpartition("/")[2], urlencode(_flat(given)))
        return Reply(body=json.dumps({"result": found, "time": {}}).encode())

    def _call(self, method: str, query: str) -> Any:
        self.calls.append((method, dict(parse_qsl(query, keep_blank_values=True))))
        return self.results.get(method, True)

    def reports(self) -> list[dict[str, str]]:
        """The parameters of each report to a workflow."""
        return [params for method, params in self.calls if method == "bizproc.event.send"]

    def robot_call(self, **fields: str) -> bytes:
        """The POST that runs «turn on» for deal 7, as its queue server would send it."""
        form = {
            "workflow_id": "664fa13bbbb410.99176768",
            "code": "linkrobot_enable",
            "document_id[0]": "crm",
            "document_id[1]": "CCrmDocumentDeal",
            "document_id[2]": "DEAL_7",
            "event_token": f"664fa13bbbb410.99176768|A1_2|{secrets.token_hex(16)}.{'0' * 64}",
            "use_subscription": "Y",
            "auth[access_token]": self.access_token,
            "auth[member_id]": self.member_id,
            "auth[user_id]": "1",
            "auth[application_token]": secrets.token_hex(16),
        }
        return urlencode(form | fields).encode()


class MadeUpAuthServer(Listener):
    """Knows the access tokens of made-up portals."""

    def __init__(self) -> None:
        self._portals: dict[str, MadeUpPortal] = {}
        super().__init__()

    def portal(self) -> MadeUpPortal:
        """A portal that it knows."""
        made = MadeUpPortal()
        self._portals[made.access_token] = made
        return made

    def close(self) -> None:
        super().close()
        for portal in self._portals.values():
            portal.close()

    def answer(self, request: Received) -> Reply:
        token = dict(parse_qsl(request.body.decode())).get("auth", "")
        portal = self._portals.get(token)
        if portal is None or not request.path.startswith("/rest/app.info"):
            return Reply(status=401, body=b'{"error": "NO_AUTH_FOUND", "error_description": ""}')
        install = {"member_id": portal.member_id, "client_endpoint": f"{portal.url}/rest/"}
        known = {"client_id": CLIENT_ID, "user_id": 1, "scope": "crm,bizproc", "install": install}
        return Reply(body=json.dumps({"result": known}).encode())


def _flat(values: dict[str, Any], under: str = "") -> dict[str, str]:
    """JSON parameters as PHP would spell them in a form."""
    flat: dict[str, str] = {}
    for key, value in values.items():
        name = f"{under}[{key}]" if under else key
        flat |= _flat(value, name) if isinstance(value, dict) else {name: str(value)}
    return flat
