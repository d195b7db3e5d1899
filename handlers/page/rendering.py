"""The page's HTML: templates in the visitor's language, dates as the visitor writes them."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.bccache import Bucket
from jinja2.runtime import Context
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from handlers.page.texts import locale_of, translations_of
from robot.flows.catalogue import ENABLE, ROBOTS
from robot.work.checks.message import Message

HANDLERS = Path(__file__).parent.parent
TEMPLATES, STATIC = HANDLERS / "templates", HANDLERS / "static"
UTC_NAME = "UTC"


def page(
    template: str,
    values: Mapping[str, Any],
    *,
    language: str,
    portal_origin: str,
    status: int = 200,
) -> HTMLResponse:
    """A page, or a part of one, that only this portal may show in a frame.

    `language` is a known one. Templates see `language` and `time_zone` besides the values.
    """
    template_of = _environment(language).get_template(template)
    html = template_of.render({"time_zone": "", **values, "language": language})
    return HTMLResponse(html, status_code=status, headers=headers(portal_origin))


def headers(portal_origin: str = "'none'") -> dict[str, str]:
    """Of every answer that people see: nothing foreign, nothing inline, nobody else's frame.

    Without an origin, where no portal is proven yet, anybody may show it; it tells nothing then.
    """
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'"
    )
    if portal_origin:
        policy = f"{policy}; frame-ancestors {portal_origin}"
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


class _Compiled(BytecodeCache):
    """Templates as they were compiled for one language: the code is the same for all."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """What is known of that template."""
        if kept := self._kept.get(bucket.key):
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it as long as the program runs."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


@lru_cache
def _environment(language: str) -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        bytecode_cache=_COMPILED,
    )
    made.install_gettext_translations(translations_of(language), newstyle=True)  # type: ignore[attr-defined]
    made.policies["ext.i18n.trimmed"] = True
    made.filters |= _filters(language)
    made.globals |= {
        "static": static,
        "html_language": locale_of(language).language,
        "robot_name": ROBOTS[ENABLE].definition.name[language],
    }
    return made


def _filters(language: str) -> dict[str, Callable[..., Any]]:
    locale = locale_of(language)

    @pass_context
    def moment(context: Context, at: datetime | None, format: str = "medium") -> str | Markup:
        """A date and time where the visitor is; the browser tells where that is unknown."""
        if at is None:
            return "\N{EM DASH}"
        zone = zone_of(context["time_zone"])
        shown = format_datetime(at, format, tzinfo=zone or ZoneInfo(UTC_NAME), locale=locale)
        local = Markup("") if zone else Markup(" data-local")
        return Markup('<time datetime="{}"{}>{}</time>').format(
            at.isoformat(timespec="milliseconds"), local, shown if zone else f"{shown} {UTC_NAME}"
        )

    words = translations_of(language).gettext

    def told(message: Message) -> str:
        """A message of a check, as administrators read it; an address in it is a link."""
        shown = message.on_page or message
        if not shown.values:
            return words(shown.template) if shown.template else ""
        return escape(words(shown.template)) % {
            name: _linked(value) if value.startswith(("https://", "http://")) else value
            for name, value in shown.values.items()
        }

    return {
        "moment": moment,
        "told": told,
        "day": lambda at: format_date(at.date(), "medium", locale=locale),
        "number": lambda value: format_decimal(value, locale=locale),
        "duration": lambda seconds: (
            format_timedelta(
                seconds, granularity="second", threshold=1.2, format="narrow", locale=locale
            )
            if seconds >= 1
            else f"{seconds * 1000:.0f} ms"
        ),
    }


def _linked(address: str) -> Markup:
    link = Markup('<a data-path href="{}" target="_blank" rel="noopener">{}</a>')
    return link.format(address, urlsplit(address).path or address)


def zone_of(name: str) -> ZoneInfo | None:
    """The zone of that name; None for the browser's own."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of zones, a name too long
        return None


@lru_cache
def static(name: str) -> str:
    """Where the browser finds a file of ours; the address changes with its content."""
    content = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"static/{name}?v={content}"
