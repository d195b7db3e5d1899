"""`$result[cmd][field]` in a batch: wire facts 5.2, traps and all."""

import re
from copy import deepcopy
from typing import Any

from sandbox import php

# Everything up to white space belongs to the reference, so text glued after it is lost.
_REFERENCE = re.compile(r"\$(result|next|total|time|error)(\S*)", re.IGNORECASE)
_PART = re.compile(r"\[([^\]]*)\]")

Results = dict[str, dict[Any, Any]]  # result, next, total, time, error -> command -> value


def resolve(value: Any, results: Results) -> Any:
    """The decoded value with its references replaced."""
    if isinstance(value, dict):
        return {name: resolve(item, results) for name, item in value.items()}
    if not isinstance(value, str):
        return value
    whole = _REFERENCE.fullmatch(value)
    if whole:
        return _walk(whole, results)
    return _REFERENCE.sub(lambda found: _embedded(found, results), value)


def _embedded(found: re.Match[str], results: Results) -> str:
    """In the middle of text only strings and numbers are put in; else the text stays."""
    value = _walk(found, results)
    usable = isinstance(value, (str, int, float)) and not isinstance(value, bool)
    return str(value) if usable else found.group(0)


def _walk(found: re.Match[str], results: Results) -> Any:
    """As far as there is something; the container reached so far is the value.

    The name matches in any case but is looked up as written: `$RESULT` is null.
    """
    here: Any = results.get(found.group(1))
    for part in _PART.findall(found.group(2)):
        inside = php.array(here) if isinstance(here, (dict, list)) else {}
        further = inside.get(php.key(part))
        if further is None:
            break
        here = further
    return deepcopy(here)  # PHP arrays are values
