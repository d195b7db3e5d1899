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
        """How many runs one portal's worker may hold, by rights."""
        return max(min(self._most // max(self.portals, 1), HELD_FOR_ONE), HELD_AT_LEAST)

    def left(self) -> int:
        """How many more may be held at all."""
        return max(self._most - self.held, 0)

    def beginning(self) -> int:
        """How many a worker begins with; at least one, so that every portal goes on."""
        return max(min(self.share(), self.left()), 1)
