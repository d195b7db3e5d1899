"""Dates, numbers and durations are written as the visitor writes them, and where the visitor is."""

from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.page import rendering
from handlers.page.texts import LOCALES

AT = datetime(2026, 11, 29, 23, 30, 5, 250_000, tzinfo=UTC)


def shown(expression: str, *, language: str = "en", time_zone: str = "", **values: Any) -> str:
    """What a template makes of it."""
    made = rendering._environment(language).from_string("{{ " + expression + " }}")
    return made.render({"time_zone": time_zone, **values})


def test_a_time_is_shown_where_the_visitor_is_and_in_his_writing() -> None:
    assert shown("at|moment", language="de", time_zone="Europe/Berlin", at=AT) == (
        '<time datetime="2026-11-29T23:30:05.250+00:00">30.11.2026, 00:30:05</time>'
    )


@pytest.mark.parametrize(
    "zone", ["", "Europe", "Mars/Base", "../../etc/passwd", "a\0b", "x" * 5_000]
)
def test_where_the_zone_is_not_known_the_browser_is_asked(zone: str) -> None:
    told = shown("at|moment", time_zone=zone, at=AT)

    assert " data-local>" in told
    assert told.endswith(" UTC</time>")


def test_no_time_is_a_dash() -> None:
    assert shown("at|moment", at=None) == "\N{EM DASH}"


@pytest.mark.parametrize("language", LOCALES)
def test_every_language_writes_numbers_and_durations(language: str) -> None:
    assert shown("1234567|number", language=language).replace("\xa0", "").replace("\u202f", "")
    assert "250" in shown("0.25|duration", language=language)
    assert "2" in shown("7200|duration", language=language)


def test_numbers_are_grouped_as_in_the_language() -> None:
    assert shown("1234567|number", language="de") == "1.234.567"


def test_what_a_portal_wrote_is_text() -> None:
    assert shown("text", text="<b>{{ 1 }}") == "&lt;b&gt;{{ 1 }}"
