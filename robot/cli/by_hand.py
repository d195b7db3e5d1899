"""`linkrobot link enable|disable`: public links by hand, for an installed portal or a webhook."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.progress import Progress

from robot.cli.output import AsJson, print_json
from robot.cli.shown import installed
from robot.errors import SettingsError
from robot.flows.catalogue import DISABLE, ENABLE
from robot.flows.inputs import MOST_DAYS, is_id
from robot.portal.network import open_client
from robot.protocol.answers import one_line
from robot.settings import Settings, is_loopback, load_settings
from robot.store.history import PastRun
from robot.store.runs import Source
from robot.work import newrun
from robot.work.errands import GIVE_UP_AFTER, open_errands
from robot.work.spreadsheet import LONGEST_TEXT
from robot.work.webhook import Done, change_links, webhook_address

Ids = Annotated[
    list[str] | None,
    typer.Argument(help="Document numbers; - reads them from standard input."),
]
FromFile = Annotated[
    Path | None,
    typer.Option(
        "--file", help="A file with document numbers.", exists=True, dir_okay=False, readable=True
    ),
]
AtPortal = Annotated[
    str, typer.Option("--portal", help="An installed portal: address or member_id.")
]
ByWebhook = Annotated[
    str, typer.Option("--webhook", help="Or an inbound webhook's address; it is a secret.")
]
ValidDays = Annotated[
    float | None,
    typer.Option(
        "--valid-days",
        metavar="DAYS",
        help="Turned off after so many days, such as 14 or 0.5; with --portal only.",
    ),
]
NOBODY_ENDS_IT = (
    "--valid-days needs --portal: through a webhook nothing is stored, so nobody would turn the "
    "link off at its end. Install Linkrobot at the portal, or leave --valid-days out."
)
WRONG_DAYS = f"--valid-days must be greater than 0, and {MOST_DAYS} at most."


def enable(
    ids: Ids = None,
    file: FromFile = None,
    portal: AtPortal = "",
    webhook: ByWebhook = "",
    valid_days: ValidDays = None,
    as_json: AsJson = False,
) -> None:
    """Turn the public link of documents on; prints one line for each.

    Status 0: all worked, 1: some failed, 2: nothing was done.
    """
    if valid_days is not None and webhook:
        raise SettingsError(NOBODY_ENDS_IT)
    if valid_days is not None and not 0 < valid_days <= MOST_DAYS:
        raise SettingsError(WRONG_DAYS)
    days = "" if valid_days is None else f"{valid_days:.9f}"
    found = _document_ids(ids, file)
    _change(found, portal, webhook, public=True, as_json=as_json, valid_days=days)


def disable(
    ids: Ids = None,
    file: FromFile = None,
    portal: AtPortal = "",
    webhook: ByWebhook = "",
    as_json: AsJson = False,
) -> None:
    """Turn the public link of documents off; prints one line for each.

    Status 0: all worked, 1: some failed, 2: nothing was done.
    """
    _change(_document_ids(ids, file), portal, webhook, public=False, as_json=as_json)


def _change(
    ids: Sequence[int],
    portal: str,
    webhook: str,
    *,
    public: bool,
    as_json: bool,
    valid_days: str = "",
) -> None:
    if bool(portal) == bool(webhook):
        raise SettingsError("Say where: either --portal ADDRESS or --webhook URL.")
    settings = load_settings()
    if webhook:
        changes = _by_webhook(settings, webhook_address(webhook), ids, public=public)
    else:
        given = {"valid_days": valid_days} if valid_days else {}
        changes = _at_portal(settings, portal, ids, public=public, given=given)
    done = asyncio.run(_collect(changes, len(ids), as_json=as_json))
    if as_json:
        print_json([asdict(one) for one in done])
    raise typer.Exit(0 if all(one.succeeded for one in done) else 1)


async def _collect(changes: AsyncIterator[Done], total: int, *, as_json: bool) -> list[Done]:
    """Everything that comes, with a progress bar where a person looks on."""
    done: list[Done] = []
    console = Console(stderr=True)
    with Progress(
        console=console,
        disable=not console.is_terminal,
        transient=True,
        # Else what goes into a file is shown on the terminal instead.
        redirect_stdout=sys.stdout.isatty(),
    ) as progress:
        task = progress.add_task("Documents", total=total)
        async for one in changes:
            done.append(one)
            progress.advance(task)
            if not as_json:
                sys.stdout.write(_line(one) + "\n")
    return done


def _line(one: Done) -> str:
    if one.succeeded:
        end = f"\tuntil {one.expires_at}" if one.expires_at else ""
        return f"{one.document_id}\t{one.public_url or 'off'}{end}"
    # An inbound webhook's portal may not even be one.
    text = one_line(one.error_text, LONGEST_TEXT)
    return f"{one.document_id}\tfailed: {one.error_code}: {text}"


async def _by_webhook(
    settings: Settings, address: str, ids: Sequence[int], *, public: bool
) -> AsyncIterator[Done]:
    # Whoever runs the command chose this address: a portal on this machine is fine.
    local = is_loopback(urlsplit(address).hostname or "")
    private = frozenset(settings.private_portals)
    async with open_client(loopback=local, private_hosts=private) as http:
        async for one in change_links(http, address, ids, public=public):
            yield one


async def _at_portal(
    settings: Settings, name: str, ids: Sequence[int], *, public: bool, given: Mapping[str, str]
) -> AsyncIterator[Done]:
    async with open_errands(settings) as errands:
        portal = await errands.database.read(lambda conn: installed(conn, name))
        new = [
            newrun.of_our_own(
                ENABLE if public else DISABLE,
                portal.id,
                source=Source.COMMAND,
                user_id=portal.user_id,
                inputs={"document_id": str(document_id), **given},
                give_up_after=GIVE_UP_AFTER,
            )
            for document_id in ids
        ]
        queued = dict(zip(await errands.queue(new), ids, strict=True))
        async for run in errands.outcomes(list(queued)):
            yield _done(queued[run.id], run)


def _done(document_id: int, run: PastRun) -> Done:
    return Done(
        document_id=document_id,
        succeeded=bool(run.outputs) and not run.failed,
        public_url=run.outputs.get("public_url", ""),
        expires_at=run.outputs.get("expires_at", ""),
        error_code=run.outputs.get("error_code", "" if run.outputs else "app_removed"),
        error_text=run.outputs.get("error_text", ""),
    )


def _document_ids(ids: Sequence[str] | None, file: Path | None) -> list[int]:
    """From the arguments, a file, or standard input; nothing is done where one is no number."""
    texts = [text for text in ids or [] if text != "-"]
    if file:
        texts.append(file.read_text(encoding="utf-8"))
    if "-" in (ids or []) or not texts:
        texts.append(sys.stdin.read())
    words = re.split(r"[\s,;]+", " ".join(texts).strip())
    wrong = [word for word in words if not is_id(word)]
    if wrong:
        shown = ", ".join(wrong[:5])
        raise SettingsError(
            f"Document numbers are digits, such as 61. Not so: {shown}"
            if shown
            else "Give at least one document number, or --file, or - for standard input."
        )
    return list(dict.fromkeys(map(int, words)))
