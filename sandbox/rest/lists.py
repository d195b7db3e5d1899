"""What the document generator's lists have in common: filters, order, pages of fifty.

Wire facts 10.3 and the pages of crm.documentgenerator.document.list and template.list.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sandbox import php
from sandbox.errors import RestError
from sandbox.rest.method import Page

Row = TypeVar("Row")
Fields = Mapping[str, Callable[[Row], Any]]  # name -> its value in a row

PAGE = 50  # rows
_KEY = re.compile(r"(>=|<=|!@|!=|>|<|@|!|=)?(\w+)\Z")


def operator_and_field(name: str) -> tuple[str, str]:
    """`>=id` is (">=", "id"); without a sign it is "="; what is neither has no field."""
    found = _KEY.match(name)
    return (found.group(1) or "=", found.group(2)) if found else ("", "")


def compare(operator: str, own: Any, value: Any) -> bool:
    """A row's value against the filter's; an array means any of it."""
    among = [_like(own, item) for item in php.array(value).values()]
    if operator in ("=", "@"):
        return own in among
    if operator in ("!=", "!", "!@"):
        return own not in among
    other = _like(own, value)
    return bool(
        {">": own > other, ">=": own >= other, "<": own < other, "<=": own <= other}[operator]
    )


def _like(own: Any, value: Any) -> Any:
    return php.to_int(value) if isinstance(own, int) else str(value)


def sort(rows: list[Row], order: Any, fields: Fields[Row], page: str) -> None:
    """By the first field of `order`, then by the next.

    Raises:
        RestError: a field that the documentation does not name for order.
    """
    for name, direction in reversed(list(php.array(order).items())):
        if str(name) not in fields:
            raise unknown(f"No order by {name} here", page)
        rows.sort(key=fields[str(name)], reverse=str(direction).upper() == "DESC")


def cut(rows: list[Row], start: Any, shape: Callable[[list[Row]], Any]) -> Page:
    """One page of fifty; a start of -1 skips counting."""
    first = php.to_int(start)
    result = shape(rows[max(first, 0) :][:PAGE])
    if first < 0:
        return Page(result=result)
    more = first + PAGE < len(rows)
    return Page(result=result, total=len(rows), next=first + PAGE if more else None)


def unknown(text: str, page: str) -> RestError:
    return RestError("SANDBOX_UNKNOWN_VALUE", f"{text}: read https://apidocs.bitrix24.com/{page}")
