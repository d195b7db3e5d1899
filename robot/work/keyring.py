"""The stored tokens of a portal in its worker's hands; written only while it holds the lease."""

from datetime import UTC, datetime

from sqlalchemy.engine import Connection

from robot.protocol.oauth import Tokens
from robot.store import portals, runs, tokens
from robot.store.portals import Portal
from robot.work.ledger import Ledger
from robot.work.renewing import keys_print
from robot.work.tools import Tools


class Keyring:
    """The newest pair of each of the portal's users."""

    def __init__(self, tools: Tools, portal: Portal, ledger: Ledger) -> None:
        self._database = tools.database
        self._vault = tools.vault
        self._portal = portal
        self._ledger = ledger
        self._keys = keys_print(tools.settings, portal.client_id)

    async def load(self, user_id: int) -> Tokens | None:
        """The user's pair as it is stored now."""
        return await self._database.read(
            lambda conn: tokens.of_user(conn, self._vault, self._portal, user_id)
        )

    async def save(self, renewed: Tokens) -> None:
        """A renewed pair is written down before its first use: the old one may be dead."""

        def write(conn: Connection) -> None:
            tokens.save(conn, self._vault, self._portal, renewed, overrule=True)
            if self._keys:
                portals.renewed(conn, self._portal.id, keys=self._keys)

        await self._ledger.write(write)
        self._ledger.can_renew = self._keys is not None

    async def save_proven(self, proven: Tokens, *, of_run: int | None = None) -> bool:
        """An event's tokens, after the authorization server said whose they are.

        With `of_run` that run is proven to be this user's, too. Reports that waited for better
        access are due now; False where none did.
        """

        def write(conn: Connection) -> bool:
            tokens.save(conn, self._vault, self._portal, proven, overrule=False)
            if of_run is not None:
                runs.prove(conn, {of_run: proven.user_id})
            return runs.hurry_reports(conn, self._portal.id, now=datetime.now(UTC))

        return await self._ledger.write(write)

    async def set_aside(self, refused: Tokens) -> None:
        """The authorization server does not renew this pair: any newer one takes its place."""
        await self._ledger.write(lambda conn: tokens.set_aside(conn, self._portal, refused))
