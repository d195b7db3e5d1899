"""`linkrobot links …` over the sandbox: what is public still, turning off in bulk, the audit."""

import csv
import io
import os
import pty
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest

from tests.programs import LINKROBOT, App, Done, Sandbox
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.stages import disable, enable

BULK = 110  # documents: three requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Two portals with links; then some are turned off and deleted behind Linkrobot's back."""

    app: App
    portal: SandboxPortal
    removed: SandboxPortal
    deal: int
    by_robot: int
    elsewhere: int
    deleted: int
    bulk: list[int]
    listed: list[dict[str, Any]]
    check: Done
    checked: list[dict[str, Any]]
    unreachable: list[dict[str, Any]]
    dry_run: Done
    public_after_dry_run: int
    turned_off: Done
    batches: list[int]
    stopped: list[dict[str, Any]]  # checked again while the app is stopped
    audit: list[dict[str, Any]]
    forgetting: list[Done]  # a portal that has the app, one that removed it, the same with --yes


@pytest.fixture(scope="module")
def story(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    app = App(tmp_path_factory.mktemp("links") / "data", sandbox.oauth)
    try:
        yield told(app.start(), sandbox.portal(), sandbox.portal())
    finally:
        app.end()


def told(app: App, portal: SandboxPortal, removed: SandboxPortal) -> Story:
    for one in (portal, removed):
        app.install_at(one)
    deal = portal.item()
    by_robot, elsewhere, deleted = (portal.document(deal, title="Contract") for _ in range(3))
    portal.run(enable(document_id=str(by_robot)), item_id=deal)
    bulk = [portal.document(deal) for _ in range(BULK)]
    on = app.command(
        *("link", "enable", "--portal", portal.member_id, str(elsewhere), str(deleted)),
        *map(str, bulk),
    )
    assert on.returncode == 0, on.stderr
    gone = removed.document(removed.item())
    app.command("link", "enable", "--portal", removed.member_id, str(gone))
    removed.post("apps/uninstall")
    listed = app.json("links", "--portal", portal.member_id, "--item", f"DEAL_{deal}")

    webhook = str(portal.post("webhooks", user_id=1, scope="crm")["url"])
    app.command("link", "disable", "--webhook", webhook, str(elsewhere))
    app.stop()
    portal.control("DELETE", f"documents/{deleted}")
    app.start()
    check = app.command("links", "check")
    checked = app.json("links", "--all")
    portal.fault("error", "crm.documentgenerator.document.get", error="ACCESS_DENIED", times=1_000)
    unreachable = app.json("links", "check", "--portal", portal.member_id)
    portal.heal()

    dry_run = app.command("links", "disable", "--portal", portal.member_id)
    public = sum(portal.public_url(one) is not None for one in bulk)
    before = len(portal.journal("rest.request"))
    turned_off = app.command("links", "disable", "--portal", portal.member_id, "--yes")
    requests = portal.journal("rest.request")[before:]
    portal.run(disable(document_id=str(by_robot)), item_id=deal)
    app.stop()
    return Story(
        app=app,
        portal=portal,
        removed=removed,
        deal=deal,
        by_robot=by_robot,
        elsewhere=elsewhere,
        deleted=deleted,
        bulk=bulk,
        listed=listed,
        check=check,
        checked=checked,
        unreachable=unreachable,
        dry_run=dry_run,
        public_after_dry_run=public,
        turned_off=turned_off,
        batches=[len(one["batch"]) for one in requests],
        stopped=app.json("links", "check"),
        audit=app.json("links", "audit"),
        forgetting=[
            app.command("portals", "forget", *words)
            for words in (
                [portal.member_id, "--yes"],
                [removed.member_id],
                [removed.member_id, "--yes"],
            )
        ],
    )


def ended(rows: list[dict[str, Any]]) -> dict[int, str]:
    return {row["document_id"]: row["ended_by"] for row in rows if row["ended_by"]}


def test_links_of_an_item_are_listed_with_who_asked(story: Story) -> None:
    (row,) = story.listed
    assert (row["document_id"], row["source"]) == (story.by_robot, "robot")
    assert (row["title"], row["overdue"], row["expires_at"]) == ("Contract", False, None)


def test_a_check_marks_what_was_turned_off_or_deleted_elsewhere(story: Story) -> None:
    assert story.check.returncode == 0, story.check.stderr
    assert "113 link(s): 111 still public, 1 turned off elsewhere before, 1 document deleted." in (
        story.check.stdout
    )
    assert "removed the app: 1 link(s)" in story.check.stderr
    mine = [row for row in story.checked if row["member_id"] == story.portal.member_id]
    assert ended(mine) == {story.elsewhere: "elsewhere", story.deleted: "deleted"}


def test_what_a_portal_does_not_tell_stays_as_it_was_and_is_told_with_the_reason(
    story: Story,
) -> None:
    assert Counter(row["found"] for row in story.unreachable) == {"unknown": 111}
    assert {row["error_code"] for row in story.unreachable} == {"no_rights"}


def test_turning_off_in_bulk_is_shown_first_and_done_only_with_yes(story: Story) -> None:
    assert story.dry_run.returncode == 2
    assert "111 link(s) would be turned off" in story.dry_run.stdout
    assert story.public_after_dry_run == BULK
    assert story.turned_off.returncode == 0, story.turned_off.stderr
    assert "111 link(s): 111 turned off." in story.turned_off.stdout
    assert [story.portal.public_url(one) for one in story.bulk] == [None] * BULK
    assert len(story.batches) <= 6, "many links go in few requests"


def test_afterwards_nothing_is_left_to_look_after(story: Story) -> None:
    assert story.stopped == []


def test_each_link_that_was_turned_on_or_off_has_its_line_in_the_audit(story: Story) -> None:
    mine = [row for row in story.audit if row["member_id"] == story.portal.member_id]
    of = {
        document: [(row["action"], row["source"]) for row in mine if row["document_id"] == document]
        for document in (story.by_robot, story.elsewhere, story.deleted, story.bulk[0])
    }

    assert of == {
        story.by_robot: [("off", "robot"), ("off", "command"), ("on", "robot")],
        story.elsewhere: [("off", "elsewhere"), ("on", "command")],
        story.deleted: [("off", "deleted"), ("on", "command")],
        story.bulk[0]: [("off", "command"), ("on", "command")],
    }
    assert {row["user_id"] for row in mine} == {1}


def test_the_audit_goes_into_a_spreadsheet(story: Story) -> None:
    done = story.app.command(
        *("links", "audit", "--csv", "--portal", story.portal.member_id),
        *("--document", str(story.by_robot)),
    )

    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(row["action"], row["item"]) for row in rows] == [
        ("off", f"DEAL_{story.deal}"),
        ("off", ""),
        ("on", f"DEAL_{story.deal}"),
    ]


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("n", 2)])
def test_on_a_terminal_it_asks_before_it_turns_links_off(
    portal: SandboxPortal, shared_app: App, answer: str, status: int
) -> None:
    document = portal.document(portal.item())
    shared_app.command("link", "enable", "--portal", portal.member_id, str(document))

    done, shown = on_a_terminal(
        shared_app, "links", "disable", "--portal", portal.member_id, answer=answer
    )

    assert done == status, shown
    assert "Turn 1 link(s) off?" in shown
    assert (portal.public_url(document) is None) == (answer == "y")


def on_a_terminal(app: App, *words: str, answer: str) -> tuple[int, str]:
    """A command before whose terminal somebody sits: its status, and all that was shown."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [LINKROBOT, *words],
        env={**app.environment, "TERM": "dumb"},
        cwd=app.folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # the command has closed its side
        while part := os.read(ours, 4_096):
            shown += part
            if b"off? [y/N]" in shown and answer:
                os.write(ours, f"{answer}\n".encode())
                answer = ""
    os.close(ours)
    return process.wait(60), shown.decode()


def test_without_a_filter_nothing_is_turned_off(story: Story) -> None:
    done = story.app.command("links", "disable", "--yes")

    assert done.returncode == 2
    assert "--older-than" in done.stderr


def test_what_is_stored_of_a_portal_that_removed_the_app_can_be_deleted(story: Story) -> None:
    refused, dry_run, done = story.forgetting

    assert [one.returncode for one in story.forgetting] == [2, 2, 0]
    assert "still installed" in refused.stderr
    assert "1 link(s), 1 line(s) of the audit" in dry_run.stdout
    assert "Nothing is stored" in done.stdout
    (left,) = story.app.json("portals")
    assert left["member_id"] == story.portal.member_id
