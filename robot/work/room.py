"""How many runs are held in memory, over all portals: the others wait in the database."""

HELD = 20_000  # runs in memory, over all portals
HELD_FOR_ONE = 500  # of one portal, that something can be done for
HELD_AT_LEAST = 20  # the same, however many portals are busy
WAITING_FOR_ONE = 2_000  # of one portal, that only wait for their next try


class Room:
    """Shared by all workers of a process."""

    def __init__(self, most: int = HELD) -> None:
        self._most = most
        self.held = 0
        self.portals = 0  # that are being worked on

    def share(self) -> int:
        """How many runs one portal's worker may hold; at least one, so that it goes on."""
        fair = max(min(self._most // max(self.portals, 1), HELD_FOR_ONE), HELD_AT_LEAST)
        return max(min(fair, self._most - self.held), 1)
