"""The last 30 days as charts, and as a table for whoever does not see them."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from robot.store.days import DAY, day_of
from tests.browser.page.overview_rig import GOOD, Overview, stored
from tests.scenarios.waiting import until

SHOWN = 30
DRAWN = "[...drawn].map(([element, chart]) => [element.dataset.chart, chart.data])"


def seeded(overview: Overview) -> list[tuple[int, int, int | None]]:
    """Done, failed and median of each of the last days, the oldest first; today none."""
    today = day_of(datetime.now(UTC))
    numbers = [(10 + number, number % 4, 300 + number) for number in range(1, SHOWN)]
    overview.write(
        "INSERT INTO days (portal_id, day, done, failed, median_ms) VALUES (?, ?, ?, ?, ?)",
        *(
            (stored(today - (SHOWN - 1 - index) * DAY), *values)
            for index, values in enumerate(numbers)
        ),
    )
    return [*numbers, (0, 0, None)]


def test_the_charts_draw_what_the_table_says(installed: Overview) -> None:
    numbers = seeded(installed)

    installed.open()
    expect(installed.inside.locator(".chart canvas")).to_have_count(2)

    drawn = dict(installed.frame.evaluate(DRAWN))
    assert drawn["runs"][2] == [done for done, _, _ in numbers]
    assert drawn["runs"][1] == [done + failed for done, failed, _ in numbers]
    assert drawn["times"][1] == [median for _, _, median in numbers]
    first = day_of(datetime.now(UTC)) - (SHOWN - 1) * DAY
    assert drawn["runs"][0] == [int(first.timestamp()) + 86_400 * n for n in range(SHOWN)]


def test_the_numbers_of_a_day_are_shown_where_the_pointer_is(installed: Overview) -> None:
    numbers = seeded(installed)
    installed.open()
    installed.says(*GOOD)  # nothing above it grows any more
    chart = installed.inside.locator("[data-chart=runs]")
    plot = chart.locator(".u-over")
    width = plot.evaluate("one => one.clientWidth")

    # There is half a day of room at each side.
    plot.hover(position={"x": width * 10.5 / SHOWN, "y": 20})

    done, failed, _ = numbers[10]
    shown = chart.locator(".u-legend .u-value")
    expect(shown.nth(1)).to_have_text(str(failed))
    expect(shown.nth(2)).to_have_text(str(done))


def test_the_same_is_there_as_a_table(installed: Overview) -> None:
    seeded(installed)
    installed.open()

    installed.inside.get_by_text("The same as a table").click()

    rows = installed.inside.locator("#days tbody tr")
    expect(rows).to_have_count(SHOWN)
    expect(rows.first.locator("td")).to_have_text(["11", "1", "301 ms"])
    expect(rows.last.locator("td")).to_have_text(["0", "0", "—"])
    expect(installed.inside.locator(".chart").first).to_have_attribute("aria-hidden", "true")


def test_runs_of_today_and_of_days_that_were_never_counted_are_shown(installed: Overview) -> None:
    now = datetime.now(UTC)
    moments = [now, now, now - 3 * DAY]
    installed.write(
        "INSERT INTO runs (portal_id, code, source, document_id, inputs, wants_reply, sent_at, "
        "received_at, deadline_at, due_at, event_hash, state, decided_at, succeeded, finished_at) "
        "VALUES (?, 'linkrobot_enable', 'robot', 'DEAL_1', '{}', 1, ?, ?, ?, ?, ?, 'finished', ?, "
        "1, ?)",
        *(
            (*[stored(at - timedelta(seconds=2))] * 4, f"event {number}", stored(at), stored(at))
            for number, at in enumerate(moments)
        ),
    )

    installed.open()
    installed.inside.get_by_text("The same as a table").click()

    rows = installed.inside.locator("#days tbody tr")
    expect(rows.nth(SHOWN - 1).locator("td")).to_have_text(["2", "0", "2s"])
    expect(rows.nth(SHOWN - 4).locator("td")).to_have_text(["1", "0", "2s"])


def test_a_portal_without_runs_is_shown_no_empty_chart(installed: Overview) -> None:
    installed.open()

    expect(installed.inside.locator("#charts")).to_contain_text("No robot ran in these days.")
    expect(installed.inside.locator(".chart")).to_have_count(0)


def test_the_charts_follow_the_systems_colours_and_the_room_there_is(installed: Overview) -> None:
    seeded(installed)
    installed.page.emulate_media(color_scheme="light")
    installed.open()
    canvas = installed.inside.locator("[data-chart=runs] canvas")
    expect(canvas).to_have_count(1)
    colour = "[...drawn.values()][0].series[2].fill()"
    assert installed.frame.evaluate(colour) == "#1a6b35"

    installed.page.emulate_media(color_scheme="dark")
    until(lambda: installed.frame.evaluate(colour) == "#8fdca6", what="the dark colours")
    wide = canvas.bounding_box()
    installed.page.set_viewport_size({"width": 400, "height": 800})
    width = "[...drawn.values()][0].width"
    until(lambda: installed.frame.evaluate(width) < 380, what="charts that fit")

    assert wide
    assert wide["width"] > 400
