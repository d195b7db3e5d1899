"""Whatever a request of the page holds, its answer is no fault of ours, and comes at once."""

import re
from urllib.parse import urlencode

import pytest

from tests.installer import session_of
from tests.programs import App
from tests.scenarios.sandbox_portal import SandboxPortal

HUGE, LONGER_THAN_NUMBERS = "9" * 30, "9" * 5_000
PATHS = [
    "runs/{}",
    "runs/{}/again/{}",
    "try/{}",
    "links/{}",
    "links/{}/head",
    "links/work/{}/{}",
    "runs/progress?open[{}]=Y",
    "runs/progress?newest={}&since={}",
    "runs/list?before={}",
    "runs/list?text={}",
    "links/list?q={}",
    "overview/health?registering={}&asking={}",
]


@pytest.fixture
def session(portal: SandboxPortal) -> dict[str, str]:
    return {"X-Linkrobot-Session": session_of(portal.post("apps/open", user_id=1))}


@pytest.mark.parametrize("digits", [HUGE, LONGER_THAN_NUMBERS], ids=["huge", "longer"])
@pytest.mark.parametrize("path", PATHS)
def test_a_number_that_nothing_has(
    path: str, digits: str, app: App, session: dict[str, str]
) -> None:
    answer = app.get(f"/bitrix24/app/{path.replace('{}', digits)}", **session)

    assert answer.status_code in (200, 404, 413)


def test_a_long_text_is_read_in_no_time(app: App, session: dict[str, str]) -> None:
    """It was looked at for half a minute, in which the app did nothing else."""
    section = app.get("/bitrix24/app/runs", **session).text
    found = re.search(r'runs/export".*?name="token" value="([0-9a-f]{64})"', section, re.DOTALL)
    assert found
    form = {"token": found[1], "text": f"A{'_' * 50_000}"}

    answer = app.post("/bitrix24/app/runs/export", urlencode(form).encode(), **session)

    assert answer.status_code == 404


def test_a_token_in_any_letters_is_forged(app: App, session: dict[str, str]) -> None:
    answer = app.post("/bitrix24/app/runs/export", "token=é".encode(), **session)

    assert answer.status_code == 403
