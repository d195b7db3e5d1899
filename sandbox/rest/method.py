"""What a method of the portal is, to those who look it up."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sandbox.rest.caller import Caller

DOCS = "https://apidocs.bitrix24.com/"

# Features of a plan, any of which brings robots; without `bizproc` there is no designer, and so
# no activities. Wire facts 11.
ANY_ROBOTS = frozenset(
    {
        "bizproc",
        "crm_automation_lead",
        "crm_automation_deal",
        "crm_automation_order",
        "tasks_automation",
    }
)

Parameters = dict[str, Any]
Run = Callable[[Caller, Parameters], Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One method; `page` is where the documentation says what it does."""

    name: str
    page: str
    run: Run
    scope: frozenset[str] = frozenset()  # any of these; empty: every app may call it
    parameters: frozenset[str] = frozenset()
    any_case: bool = False  # parameter names are upper-cased before they are read
    features: frozenset[str] = frozenset()  # without one of them the method does not exist

    @property
    def address(self) -> str:
        return f"{DOCS}{self.page}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A list's result; `total` and `next` stand beside `result` in the answer."""

    result: Any
    total: int | None = None
    next: int | None = None
