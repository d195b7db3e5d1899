"""What bizproc.robot.add checks, in its order: wire facts 9.1 and 9.2."""

import re
from typing import Any
from urllib.parse import urlsplit

from sandbox import php
from sandbox.errors import RestError

_CODE = re.compile(r"[a-z0-9.\-_]+\Z", re.IGNORECASE)
_PROPERTY = re.compile(r"[a-z][a-z0-9_]*\Z", re.IGNORECASE)
# Direct children of these keep the case of their names.
_KEEPS_CASE = frozenset({"PROPERTIES", "RETURN_PROPERTIES", "OPTIONS"})
CODE_LIMIT = 128  # characters
HANDLER_LIMIT = 1000  # characters


def invalid(description: str) -> RestError:
    return RestError("ERROR_ACTIVITY_VALIDATION_FAILURE", description)


def normal(value: Any, parent: str = "") -> Any:
    """Keys upper-cased all the way down, except names of properties and keys of options."""
    if isinstance(value, list):
        return [normal(item) for item in value]
    if not isinstance(value, dict):
        return value
    if parent in _KEEPS_CASE:
        return {name: normal(item) for name, item in value.items()}
    return {str(name).upper(): normal(item, str(name).upper()) for name, item in value.items()}


def check_code(code: Any) -> str:
    if not code:
        raise invalid("Empty activity code!")
    if not isinstance(code, str) or not _CODE.match(code) or len(code) > CODE_LIMIT:
        raise invalid("Wrong activity code!")
    return code


def check_handler(handler: Any) -> None:
    """The host must hold a dot, so `localhost` fails."""
    parts = urlsplit(handler if isinstance(handler, str) else "")
    if not parts.hostname or "." not in parts.hostname or len(str(handler)) > HANDLER_LIMIT:
        raise RestError("ERROR_WRONG_HANDLER_URL", "Wrong handler URL")
    if parts.scheme not in ("http", "https"):
        raise RestError("ERROR_UNSUPPORTED_PROTOCOL", "Unsupported handler protocol")


def check_name(name: Any) -> None:
    if not name:
        raise invalid("Empty activity NAME!")


def check_properties(properties: Any) -> None:
    if properties is None:
        return
    if not isinstance(properties, (dict, list)) or (isinstance(properties, list) and properties):
        raise invalid("Wrong properties array!")
    for name, about in php.array(properties).items():
        if not _PROPERTY.match(str(name)):
            raise invalid(f"Wrong property key ({name})!")
        if not isinstance(about, dict) or not about.get("NAME"):
            raise invalid(f"Empty property NAME ({name})!")


def check_filter(found: Any) -> None:
    if found is not None and not isinstance(found, (dict, list)):
        raise invalid("Wrong activity FILTER!")


def check_document_type(found: Any) -> None:
    if found is None:
        return
    if not isinstance(found, (dict, list)) or len(php.array(found)) != 3:
        raise invalid("Wrong activity DOCUMENT_TYPE!")


def check_placement(fields: dict[str, Any]) -> None:
    """Settings in the app's own slider are no part of this sandbox."""
    if fields.get("USE_PLACEMENT") == "Y":
        check_handler(fields.get("PLACEMENT_HANDLER"))
