"""For migrations that an older program may live with: what it needs is all still there."""

from alembic import op

from robot.store.server_schema import COMPATIBLE_FROM
from robot.store.tables import check_values


def lives_with(oldest: str, *, revision: str) -> None:
    """Programs from schema `oldest` on may go on working on a database of this revision.

    So replicas are exchanged one by one. It counts for this revision alone: the next migration
    says it again, or is one that older programs are kept away from.
    """
    value = f"{revision} {oldest}".encode("ascii")
    op.execute(check_values.delete().where(check_values.c.name == COMPATIBLE_FROM))
    op.execute(check_values.insert().values(name=COMPATIBLE_FROM, value=value))
