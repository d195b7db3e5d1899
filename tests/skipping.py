"""What a machine lacks is said; in CI it is a failure."""

import os
from typing import NoReturn

import pytest


def skip(what: str, *, missing: str) -> NoReturn:
    """End this test: `what` was not shown here, for that reason."""
    if os.environ.get("CI"):
        pytest.fail(f"in CI nothing is skipped: {missing}")
    pytest.skip(f"NOT SHOWN, {what}: {missing}")
