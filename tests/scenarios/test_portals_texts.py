"""A portal's own texts, whatever stands in them: harmless in batches, logs, tables and pages."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pytest

from tests import installer
from tests.programs import App, Done, Sandbox
from tests.scenarios.sandbox_portal import ENABLING, SandboxPortal
from tests.scenarios.stages import enable
from tests.scenarios.waiting import at_once

REFERENCE = "$result[c0][document][id]"
MARKUP = "[bold red]x[/] [link=file:///etc]y[/link] :warning: <script>alert(1)</script> {{ 7*7 }}"
ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202e\u2028\x00\r\nSecond line"
HOSTILE = f"{REFERENCE} {MARKUP} {ESCAPES} "
LONG = HOSTILE + "y" * 100_000
# Line breaks apart, for tables have lines of their own.
COMMANDS_A_TERMINAL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029]")
TABLES = ("portals", "runs", "links")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an app made of a portal's texts."""

    app: App
    portal: SandboxPortal
    titled: dict[str, str]  # outputs of the run whose document has such a title
    refused: dict[str, str]  # of the one that Bitrix24 refused in such words
    misnamed: dict[str, str]  # of the one with such an input
    page: str
    commands: dict[str, Done]


@pytest.fixture(scope="module")
def told(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    app = App(tmp_path_factory.mktemp("texts") / "data", sandbox.oauth)
    try:
        yield tell(app.start(), sandbox.portal())
    finally:
        app.end()


def tell(app: App, portal: SandboxPortal) -> Told:
    app.install_at(portal)
    deals = [portal.item() for _ in range(3)]
    for deal in deals:
        portal.document(deal, title=LONG, number=LONG)
    # Together, so that the texts meet in one batch.
    portal.stage(enable())
    moved = portal.post("move", stage="SEND", items=[[2, deal] for deal in deals])
    titled, *_ = [portal.outputs(workflow) for workflow in moved["workflow_ids"]]
    portal.fault("error", ENABLING, times=1, error=HOSTILE, description=LONG, status=400)
    refused = portal.run(enable(), item_id=deals[0])
    misnamed = portal.run(enable(document_id=REFERENCE + ESCAPES + "9" * 9_000), item_id=deals[0])
    return Told(
        app=app,
        portal=portal,
        titled=titled,
        refused=refused,
        misnamed=misnamed,
        page=page(app, portal),
        commands=run_all(app),
    )


def page(app: App, portal: SandboxPortal) -> str:
    """The installer page, where Bitrix24 refuses in such words."""
    portal.post("apps/uninstall")
    portal.fault("error", "bizproc.robot.add", error="X", description=LONG, status=400)
    installer.add(app, portal)
    done = installer.go_through(app, portal).done
    portal.heal()
    return done


def run_all(app: App) -> dict[str, Done]:
    lines = [f"{name}{option}" for name in TABLES for option in ("", " --json")]
    done = at_once(*(partial(app.command, *line.split()) for line in lines))
    return dict(zip(lines, done, strict=True))


def test_a_title_reaches_the_workflow_as_one_line_and_expands_nothing(told: Told) -> None:
    title = told.titled["document_title"]

    assert told.titled["succeeded"] == "Y"
    assert title.startswith(f"{REFERENCE} [bold red]x[/] ")
    assert title.isprintable()
    assert len(title) <= 200


@pytest.mark.parametrize("which", ["refused", "misnamed"])
def test_words_of_a_failure_reach_the_workflow_as_one_line_and_expand_nothing(
    told: Told, which: str
) -> None:
    outputs = getattr(told, which)

    assert outputs["succeeded"] == "N"
    assert REFERENCE in outputs["error_text"]
    assert outputs["error_text"].isprintable()
    assert len(outputs["error_text"]) < 2_000


@pytest.mark.parametrize("command", TABLES)
def test_a_table_has_one_line_for_each_row_and_commands_no_terminal(
    told: Told, command: str
) -> None:
    shown = told.commands[command].stdout
    rows = json.loads(told.commands[f"{command} --json"].stdout)

    assert not COMMANDS_A_TERMINAL.search(shown)
    assert len(shown.splitlines()) == len(rows) + 1, "one for the headings"
    assert max(map(len, shown.splitlines())) < 4_000


def test_markup_stands_in_a_table_as_it_was_written(told: Told) -> None:
    assert f"{REFERENCE} [bold red]x[/] [link=file:///etc]y[/link] :warning:" in (
        told.commands["links"].stdout
    )
    assert "[bold red]x[/]" in told.commands["runs"].stdout


@pytest.mark.parametrize("command", TABLES)
def test_json_escapes_what_could_command_a_terminal(told: Told, command: str) -> None:
    assert not COMMANDS_A_TERMINAL.search(told.commands[f"{command} --json"].stdout)


def test_each_line_of_the_log_is_an_event(told: Told) -> None:
    lines = told.app.log.splitlines()

    assert not COMMANDS_A_TERMINAL.search(told.app.log)
    assert all(json.loads(line)["event"] for line in lines)
    assert max(map(len, lines)) < 4_000


def test_a_page_shows_the_words_and_runs_nothing(told: Told) -> None:
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in told.page
    assert "<script>alert" not in told.page
    assert "{{ 7*7 }}" in told.page
    assert not COMMANDS_A_TERMINAL.search(told.page)
    assert len(told.page) < 10_000
