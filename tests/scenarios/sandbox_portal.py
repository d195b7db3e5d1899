"""One portal of the sandbox in a test's hands: its control plane, in words of the scenarios."""

from typing import Any

import httpx2 as httpx

from tests.scenarios.waiting import PATIENCE, until

DEAL = 2  # entityTypeId
ENABLING = "crm.documentgenerator.document.enablepublicurl"
LISTING = "crm.documentgenerator.document.list"
LOOKING_UP = "crm.documentgenerator.document.get"
REPORTING = "bizproc.event.send"


class SandboxPortal:
    """One portal of the sandbox, by its control plane."""

    def __init__(self, url: str, member_id: str, http: httpx.Client) -> None:
        self.url, self.member_id = url, member_id
        self._http = http  # one for all portals: making a client takes as long as a whole story

    def control(self, method: str, path: str, /, **body: Any) -> Any:
        """One request to the control plane; a refusal fails the test."""
        response = self._http.request(method, f"{self.url}/_sandbox/{path}", json=body or None)
        assert response.status_code < 400, response.text
        return response.json() if response.content else None

    def post(self, path: str, /, **body: Any) -> Any:
        return self.control("POST", path, **body)

    def get(self, path: str) -> Any:
        return self.control("GET", path)

    def set(self, **settings: Any) -> None:
        """Settings of the portal; sandbox/README.md lists them."""
        self.control("PATCH", "portal", **settings)

    def user(self, user_id: int, **rights: Any) -> None:
        """What an employee is and may do."""
        self.control("PATCH", f"users/{user_id}", **rights)

    def fault(self, kind: str, method: str | None = None, **more: Any) -> None:
        """Order a fault of the REST server (`target` names another)."""
        about = {"method": method} if method else {}
        self.post("faults", **{"target": "rest", "kind": kind, **about, **more})

    def heal(self) -> None:
        """Take all faults away."""
        self.control("DELETE", "faults")

    def journal(self, *kinds: str) -> list[dict[str, Any]]:
        """What happened so far, of these kinds."""
        events = self.get("journal")["events"]
        return [event for event in events if not kinds or event["kind"] in kinds]

    def wait_for(self, kind: str, **about: Any) -> dict[str, Any]:
        """The first event of that kind with these values."""

        def found() -> list[dict[str, Any]]:
            return [event for event in self.journal(kind) if about.items() <= event.items()]

        return until(found, what=f"{kind} {about}")[0]

    def calls(self, method: str) -> int:
        """How often a REST method was called, alone or in a batch."""
        requests = self.journal("rest.request")
        return sum([request["method"], *request["batch"]].count(method) for request in requests)

    def workflow(self, workflow_id: str) -> Any:
        return self.get(f"workflows/{workflow_id}")

    def resumed(self, workflow_id: str) -> int:
        """How often a waiting step of that workflow was freed by a report."""
        events = self.journal("workflow.resumed")
        return [event["workflow_id"] for event in events].count(workflow_id)

    def called(self, workflow_id: str) -> list[dict[str, Any]]:
        """The robot's calls of a workflow that the app has answered."""
        events = self.journal("robot.called")
        return [event for event in events if event["workflow_id"] == workflow_id]

    def item(self, entity_type_id: int = DEAL, title: str = "A deal") -> int:
        return int(self.post("items", entityTypeId=entity_type_id, title=title)["id"])

    def document(self, item_id: int, entity_type_id: int = DEAL, **fields: Any) -> int:
        body = {"entityTypeId": entity_type_id, "entityId": item_id, **fields}
        return int(self.post("documents", **body)["id"])

    def document_state(self, document_id: int) -> dict[str, Any]:
        documents = self.get("state")["documents"]
        found = next(row for row in documents if int(row["id"]) == document_id)
        return dict(found)

    def public_url(self, document_id: int) -> str | None:
        """The document's public link; None where it is off."""
        url: str | None = self.document_state(document_id)["public_url"]
        return url

    def robots(self) -> dict[str, dict[str, Any]]:
        """code -> the fields of the robot as it is registered."""
        return {row["code"]: row["fields"] for row in self.get("state")["robots"]}

    def stage(self, *robots: dict[str, Any], name: str = "SEND") -> None:
        self.control("PUT", f"stages/{name}", robots=list(robots))

    def move(self, item_id: int, entity_type_id: int = DEAL, stage: str = "SEND") -> str:
        answer = self.post(f"items/{entity_type_id}/{item_id}/move", stage=stage)
        return str(answer["workflow_id"])

    def delivered(self, workflow_id: str, times: int = 1) -> list[int | None]:
        """What the app answered to the robot's call, once it was called so many times."""
        until(lambda: len(self.called(workflow_id)) >= times, what="the robot is called")
        return [event["status"] for event in self.called(workflow_id)]

    def finished(self, workflow_id: str, *, within: float = PATIENCE) -> Any:
        """The workflow, once it is over."""
        until(
            lambda: self.workflow(workflow_id)["status"] in ("completed", "terminated"),
            within=within,
            what=f"the workflow is over: {self.workflow(workflow_id)}",
        )
        return self.workflow(workflow_id)

    def outputs(
        self, workflow_id: str, step: int = 0, *, within: float = PATIENCE
    ) -> dict[str, Any]:
        """What the robot at that step returned to its workflow."""
        return dict(self.finished(workflow_id, within=within)["steps"][step]["outputs"])

    def run(self, *robots: dict[str, Any], item_id: int) -> dict[str, Any]:
        """Put robots into the stage, move a deal there: what the first one returned."""
        self.stage(*robots)
        return self.outputs(self.move(item_id))
