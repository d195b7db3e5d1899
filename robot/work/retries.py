"""How long to wait before trying again: growing pauses, with jitter so that runs spread. Pure."""

import random

FIRST = 0.5  # seconds
LONGEST = 60.0  # seconds; a portal that is away for half an hour is asked about 30 times
_RANDOM = random.SystemRandom()


def pause(attempt: int, *, at_least: float = 0.0) -> float:
    """Seconds before the next try, after `attempt` failed ones (1 after the first)."""
    grown = min(FIRST * 2.0 ** min(attempt - 1, 20), LONGEST)
    return max(grown * _RANDOM.uniform(0.8, 1.2), at_least * _RANDOM.uniform(1.0, 1.2))
