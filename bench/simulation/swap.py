"""Another thing in the place of a module's own, for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


@contextmanager
def swapped(module: ModuleType, **things: Any) -> Iterator[None]:
    """Put these into the module under their names; the module's own come back at the end."""
    own = {name: getattr(module, name) for name in things}
    try:
        vars(module).update(things)
        yield
    finally:
        vars(module).update(own)
