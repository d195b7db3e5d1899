"""`linkrobot doctor`: what an operator can get wrong, each with its remedy."""

import asyncio
import resource
from collections.abc import Sequence

import typer
from rich.markup import escape

from robot.cli.output import AsJson, new_table, print_json, print_table
from robot.errors import SettingsError
from robot.settings import load_settings
from robot.work.checks.examine import examine
from robot.work.checks.finding import Finding, State, refused
from robot.work.checks.portal import ACCESS

SHOWN = {
    State.WELL: "[green]well[/]",
    State.WARNING: "[yellow]warning[/]",
    State.FAILED: "[red]failed[/]",
}


def doctor(as_json: AsJson = False) -> None:
    """Look for everything that can be wrong, and say how to mend it. Status 1: something is."""
    found = _found()
    if as_json:
        print_json([_row(one) for one in found])
    else:
        table = new_table("Check", "State", "What was found")
        for one in filter(_is_shown, found):
            table.add_row(_name(one), SHOWN[one.state], _words(one))
        print_table(table, "")
    raise typer.Exit(1 if any(one.state is State.FAILED for one in found) else 0)


def _found() -> Sequence[Finding]:
    try:
        settings = load_settings()
    except SettingsError as error:
        return [refused("settings", error)]
    _, open_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    return asyncio.run(examine(settings, open_files=open_files))


def _is_shown(finding: Finding) -> bool:
    """Of a portal where all is well one line is enough: there may be thousands."""
    return not finding.portal or finding.name == ACCESS or finding.state is not State.WELL


def _row(finding: Finding) -> dict[str, str]:
    return {
        "name": finding.name,
        "state": finding.state,
        "text": finding.text,
        "remedy": finding.remedy,
        "portal": finding.portal,
    }


def _name(finding: Finding) -> str:
    return escape(f"{finding.portal}: {finding.name}" if finding.portal else finding.name)


def _words(finding: Finding) -> str:
    remedy = f"\n[bold]Remedy:[/] {escape(finding.remedy)}" if finding.remedy else ""
    return escape(finding.text) + remedy
