"""The same app on PostgreSQL: the link comes back, also where the server went in the middle."""

import pytest

from tests.postgres import Server
from tests.programs import App
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.stages import MAIL, enable
from tests.scenarios.waiting import until

DEALS = 10


@pytest.fixture
def app(replicas: list[App]) -> App:
    return replicas[0].start()


@pytest.fixture
def installed(app: App, fresh_portal: SandboxPortal) -> SandboxPortal:
    app.install_at(fresh_portal)
    return fresh_portal


def test_a_deal_moves_and_its_link_comes_back(app: App, installed: SandboxPortal) -> None:
    deal = installed.item()
    document = installed.document(deal)
    installed.stage(enable(), MAIL)

    workflow = installed.move(deal)

    outputs = installed.outputs(workflow)
    assert outputs["public_url"] == installed.public_url(document)
    assert installed.resumed(workflow) == 1
    until(lambda: len(app.json("links")) == 1, what="the link is known")
    assert not list(app.folder.glob("*.sqlite*")), "nothing is stored here"


def test_commands_do_their_job_while_it_runs(app: App, installed: SandboxPortal) -> None:
    document = installed.document(installed.item())

    enabled = app.command("link", "enable", str(document), "--portal", installed.member_id)
    migrated = app.command("migrate")
    copied = app.command("backup", "copy")
    doctor = app.command("doctor")

    assert enabled.returncode == 0, enabled.stderr
    assert str(installed.public_url(document)) in enabled.stdout
    assert "Nothing was done" in migrated.stdout, migrated.stderr
    assert copied.returncode != 0
    assert "pg_dump" in copied.stderr
    assert "answers (schema" in " ".join(doctor.stdout.split()), doctor.stderr
    assert "Traceback" not in f"{doctor.stderr}{copied.stderr}{app.log}"


def test_what_was_answered_200_is_done_although_the_server_was_stopped_in_the_middle(
    app: App, installed: SandboxPortal, postgresql: Server
) -> None:
    installed.stage(enable(), MAIL)
    deals = [installed.item() for _ in range(DEALS)]
    documents = [installed.document(deal) for deal in deals]
    installed.fault("slow", seconds=1.0, times=3)
    workflows = [installed.move(deal) for deal in deals]
    assert all(installed.delivered(workflow) == [200] for workflow in workflows)

    postgresql.stop("immediate")
    try:
        until(lambda: app.get("/readyz").status_code == 503, what="it is not ready")
    finally:
        postgresql.start()

    for workflow, document in zip(workflows, documents, strict=True):
        outputs = installed.outputs(workflow)
        assert outputs["public_url"] == installed.public_url(document)
        assert installed.resumed(workflow) == 1
    until(lambda: app.get("/readyz").status_code == 200, what="it is ready again")
    assert "cannot be reached" in app.log or "was stopped" in app.log or "crashed" in app.log


def test_what_a_killed_replica_had_begun_another_one_ends(
    app: App, replicas: list[App], installed: SandboxPortal
) -> None:
    replicas[1].start()
    installed.stage(enable(), MAIL)
    deals = [installed.item() for _ in range(DEALS)]
    documents = [installed.document(deal) for deal in deals]
    installed.fault("slow", seconds=2.0, times=2)
    workflows = [installed.move(deal) for deal in deals]
    assert all(installed.delivered(workflow) == [200] for workflow in workflows)

    app.kill()

    for workflow, document in zip(workflows, documents, strict=True):
        outputs = installed.outputs(workflow)
        assert outputs["public_url"] == installed.public_url(document)
        assert installed.resumed(workflow) == 1
