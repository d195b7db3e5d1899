"""What a PROPERTIES entry says of its type: wire facts 9.2.

A portal takes any of this and shows a broken form; here a mistake is told.
"""

from typing import Any

from sandbox import php
from sandbox.errors import RestError

_PAGE = "https://apidocs.bitrix24.com/api-reference/bizproc/bizproc-robot/bizproc-robot-add.html"
TYPES = frozenset(
    {"bool", "date", "datetime", "double", "file", "int", "select", "string", "text", "user"}
)
# As PHP reads them, so that SDKs' true and 1 are right, too.
_YES_OR_NO = ("Y", "N", True, False, "0", "1", "", None)


def check_types(fields: dict[str, Any]) -> None:
    """Of both lists of properties, whose keys are upper-cased and checked already.

    Raises:
        RestError: a type, option or flag that the documentation does not know.
    """
    for part in ("PROPERTIES", "RETURN_PROPERTIES"):
        for name, about in php.array(fields.get(part)).items():
            _check(str(name), about, has_document_type=bool(fields.get("DOCUMENT_TYPE")))


def _check(name: str, about: dict[str, Any], *, has_document_type: bool) -> None:
    """With DOCUMENT_TYPE there are more types, such as `UF:address`."""
    type_ = str(about.get("TYPE") or "string")
    if type_ not in TYPES and not has_document_type:
        raise _unknown(f"{name} has type {type_}, which is none of {sorted(TYPES)}")
    for flag in ("REQUIRED", "MULTIPLE"):
        if about.get(flag) not in _YES_OR_NO:
            raise _unknown(f"{flag} of {name} is Y or N")
    if type_ == "select":
        _check_options(name, about)


def _check_options(name: str, about: dict[str, Any]) -> None:
    options = about.get("OPTIONS")
    if not isinstance(options, (dict, list)) or not options:
        raise _unknown(f"{name} is a select without Options")
    keys = {str(key) for key in php.array(options)}
    chosen = {str(key) for key in php.array(about.get("DEFAULT")).values() if key != ""}
    if chosen - keys:
        raise _unknown(f"Default of {name} is no key of its Options")


def _unknown(text: str) -> RestError:
    return RestError("SANDBOX_UNKNOWN_VALUE", f"{text}: read {_PAGE}")
