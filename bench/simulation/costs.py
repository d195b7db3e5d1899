"""What things cost, and where each number is from; docs/scaling.md discusses them.

RESULTS: bench/RESULTS.md, SQLite, its app alone on one core. Measured: `--measure`, the same
machine, which was not idle. Assumed: nobody has measured it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Seconds, unless said otherwise. The first five are of a replica's core.

    Fitted by hand to RESULTS: `history` 0.64 ms a run in bursts of 1,000; `fairness` 49 lone runs
    a second use 34 % of a core: 6.9 ms each, in 2 requests and 3 commits. `links` checks them.
    """

    accept: float = 0.00019  # RESULTS `accepting`, not stored: 3,474 a second at 66 %
    flow: float = 0.0001  # what is left of `history`
    row: float = 0.00007  # a third of RESULTS `history`, database threads; 3 writes a run
    request: float = 0.0015  # HTTP and TLS, kept connection; fitted
    commit: float = 0.0011  # a writing transaction's statements and thread; fitted
    commit_wait: float = 0.0023  # COMMIT, the disk at rest; measured 2.2 to 2.5 (0.2 when busy)
    writers: int = 1  # connections of a replica that write
    connections: int = 5  # of a replica, altogether
    trip: float = 0.0  # to the database server and back, for each statement
    server: float = 0.0  # of a core of the database server, for each statement
    statements: float = 16 / 3 + 1  # in a writing transaction, with BEGIN; measured


SQLITE = Costs()
POSTGRESQL = Costs(
    commit=0.0014,  # measurements.md 1: group commit adds 0.3 ms to a lone request
    writers=4,  # branch pg, robot/store/postgresql.py: 4 that write, 4 that read
    connections=9,  # and one that listens (design.md section 6; not built yet)
    trip=0.0002,  # assumed: the same data centre
    server=0.0001,  # assumed
)

SERVER_CORES = 4  # of the PostgreSQL server; assumed
SERVER_CONNECTIONS = 97  # PostgreSQL's default: 100, three of them for administrators
NOTIFY = 0.001  # until another replica has heard of a run; assumed

# libuv asks for so many ready sockets at once; what they bring is read before anything else.
LOOP_TAKES = 1_024

IDLE_MB = 84  # RESULTS `memory`
# RESULTS `memory`: 9.5 MB more with 20,000 waiting, of which at most HELD_FOR_ONE (500) were in
# memory, beside 100 connections: so at most that.
HELD_MB = 0.019
