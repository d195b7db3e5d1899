"""A robot as the parameters of bizproc.robot.add and bizproc.robot.update. Pure; knows no robot.

Source: https://apidocs.bitrix24.com/api-reference/bizproc/bizproc-robot/bizproc-robot-add.html
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One input or output of a robot. Texts are {language code of Bitrix24: text}, `en` always."""

    name: str  # a letter, then letters, digits, `_`; the key in the robot's POST and our report
    type: str = "string"  # bool, date, datetime, double, file, int, select, string, text, user
    title: Mapping[str, str]
    description: Mapping[str, str] = field(default_factory=dict)  # only inputs show one
    multiple: bool = False
    default: str = ""  # empty: none
    # of a select: key -> its title, a text or {language: text}
    options: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """All that Bitrix24 shows of a robot. Inputs and outputs stand in the order of the dialog."""

    code: str  # letters, digits, `.`, `-`, `_`; unique in the app, activities included
    name: Mapping[str, str]  # {language code: text}, like `description`
    description: Mapping[str, str]
    inputs: tuple[Field, ...]
    outputs: tuple[Field, ...]


def add_params(
    definition: Definition, *, handler: str, user_id: int, language: str = ""
) -> dict[str, Any]:
    """Return the parameters of bizproc.robot.add for a robot whose workflow waits for our report.

    `handler` is the URL that the robot's POST goes to; `user_id` an administrator of the portal;
    `language` the portal's, since a choice's titles are the only texts that Bitrix24 takes in one.

    Raises:
        ValueError: `user_id` is not a user's id. Without one the POST brings no tokens.
    """
    if user_id <= 0:
        raise ValueError(f"AUTH_USER_ID must be a user's id, not {user_id}")
    return {
        "CODE": definition.code,
        "HANDLER": handler,
        "AUTH_USER_ID": user_id,
        # Left out, it would be for whoever places the robot to decide whether the workflow waits.
        "USE_SUBSCRIPTION": "Y",
        "NAME": dict(definition.name),
        "DESCRIPTION": dict(definition.description),
        "PROPERTIES": _properties(definition.inputs, language),
        "RETURN_PROPERTIES": _properties(definition.outputs, language),
    }


def update_params(
    definition: Definition, *, handler: str, user_id: int, language: str = ""
) -> dict[str, Any]:
    """Return the parameters of bizproc.robot.update that make a registered robot equal the code.

    Raises:
        ValueError: as `add_params`.
    """
    fields = add_params(definition, handler=handler, user_id=user_id, language=language)
    return {"CODE": fields.pop("CODE"), "FIELDS": fields}


def fingerprint(params: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hex, of what `add_params` returned.

    Bitrix24 lists only the codes of our robots (bizproc.robot.list), so whether a portal's
    registration differs from the code shows only in a fingerprint kept when it was made.
    """
    # Keys are sorted, so the order of fields, which the dialog shows, is added on its own.
    order = [list(params["PROPERTIES"]), list(params["RETURN_PROPERTIES"])]
    canonical = json.dumps([params, order], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _properties(fields: tuple[Field, ...], language: str) -> dict[str, dict[str, Any]]:
    return {one.name: _property(one, language) for one in fields}


def _property(one: Field, language: str) -> dict[str, Any]:
    """Return one property object. Never `Required`: a mapped value may be empty at run time."""
    described: dict[str, Any] = {"Name": dict(one.title), "Type": one.type}
    if one.description:
        described["Description"] = dict(one.description)
    described["Multiple"] = "Y" if one.multiple else "N"
    if one.options:
        described["Options"] = {
            # A map would be shown as a group of ten choices (bizproc, restactivity.php: of a
            # property only the name and the description are localized).
            key: title.get(language, title["en"]) if isinstance(title, Mapping) else title
            for key, title in one.options.items()
        }
    if one.default:
        described["Default"] = one.default
    return described
