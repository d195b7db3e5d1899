"""Many processes on one PostgreSQL: each portal is one's, and whoever stores a run wakes him."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tests.postgres import Server
from tests.programs import App, Process, Sandbox
from tests.scenarios.listeners import Received, Reply, Tap, listening
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.stages import MAIL, enable

Start = Callable[..., App]


class Role(App):
    """`linkrobot serve`, with an option, or `linkrobot work`."""

    command_line: tuple[str, ...] = ("serve",)

    def _launch(self) -> Process:
        return self.linkrobot(*self.command_line)


class Balancer(Tap):
    """Passes each call on to the next of its targets."""

    def __init__(self) -> None:
        self.targets: list[str] = []
        self.answered: list[tuple[str, int]] = []  # by which target, with which status
        super().__init__()

    def answer(self, request: Received) -> Reply:
        target = self.targets[len(self.answered) % len(self.targets)]
        sent = {"Content-Type": request.content_type}
        answer = self._http.post(target + request.path, content=request.body, headers=sent)
        self.answered.append((target, answer.status_code))
        return Reply(status=answer.status_code, body=answer.content)


@pytest.fixture
def balancer() -> Iterator[Balancer]:
    found = Balancer()
    with listening(found):
        yield found


@pytest.fixture
def start(
    sandbox: Sandbox, balancer: Balancer, postgresql: Server, tmp_path: Path
) -> Iterator[Start]:
    """Start processes on an empty database of theirs; Bitrix24 knows the balancer's address."""
    database = postgresql.create_empty()
    settings = {
        "DATABASE_URL": database.set(drivername="postgresql").render_as_string(),
        "SECRET_KEYS": Fernet.generate_key().decode(),
        "PUBLIC_URL": balancer.url,
    }
    started: list[Role] = []

    def starting(*command_line: str) -> App:
        role = Role(tmp_path / f"role-{len(started)}", sandbox.oauth, **settings)
        role.command_line = command_line
        started.append(role)
        role.start()
        if command_line[0] == "serve":
            balancer.targets.append(role.url)
        return role

    balancer.targets = []
    try:
        yield starting
    finally:
        for role in started:
            role.end()
        postgresql.drop(database)


def linked(portal: SandboxPortal) -> None:
    """A deal moves, and its link comes back."""
    deal = portal.item()
    document = portal.document(deal)
    workflow = portal.move(deal)
    outputs = portal.outputs(workflow)
    assert outputs["public_url"] == portal.public_url(document)
    assert portal.resumed(workflow) == 1


def test_one_process_receives_and_another_one_works(
    start: Start, fresh_portal: SandboxPortal
) -> None:
    front, worker = start("serve", "--no-work"), start("work")
    front.install_at(fresh_portal)
    fresh_portal.stage(enable(), MAIL)

    linked(fresh_portal)

    assert "burst.drained" in worker.log
    assert "burst.drained" not in front.log
    assert worker.post("/bitrix24/robot", b"").status_code == 404
    assert worker.get("/readyz").status_code == front.get("/readyz").status_code == 200


def test_runs_of_one_portal_that_both_store_are_done_once_each(
    start: Start, balancer: Balancer, fresh_portal: SandboxPortal
) -> None:
    replicas = [start("serve"), start("serve")]
    replicas[0].install_at(fresh_portal)
    fresh_portal.stage(enable(), MAIL)
    deals = [fresh_portal.item() for _ in range(20)]
    documents = [fresh_portal.document(deal) for deal in deals]
    fresh_portal.fault("slow", seconds=1.0, times=3)

    workflows = [fresh_portal.move(deal) for deal in deals]

    for workflow, document in zip(workflows, documents, strict=True):
        outputs = fresh_portal.outputs(workflow)
        assert outputs["public_url"] == fresh_portal.public_url(document)
        assert fresh_portal.resumed(workflow) == 1
    assert {target for target, status in balancer.answered if status == 200} == {*balancer.targets}


def test_with_sqlite_the_two_cannot_be_split(own_app: App) -> None:
    own_app.folder.mkdir(parents=True)
    for command in (("serve", "--no-work"), ("work",)):
        done = own_app.command(*command)

        assert done.returncode == 2
        assert "LINKROBOT_DATABASE_URL" in done.stderr
