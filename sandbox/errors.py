"""What can go wrong in the sandbox, named by who is told."""

from collections.abc import Mapping
from typing import Any


class RestError(Exception):
    """The REST answer is an error; wire facts 6.3."""

    def __init__(
        self,
        code: str | int,
        description: str,
        *,
        status: int = 400,
        extras: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description
        self.status = status
        self.extras = dict(extras or {})

    def body(self) -> dict[str, Any]:
        return {"error": self.code, "error_description": self.description, **self.extras}


class RobotError(Exception):
    """A robot of the workflow threw: the workflow is terminated (wire facts 4)."""

    def __init__(self, message: str, code: str = "0") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class ControlError(Exception):
    """The control plane was asked for something it does not have."""

    def __init__(self, message: str, *, status: int = 400, **extras: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": message, **extras}
