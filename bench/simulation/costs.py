"""What things cost, and where each number is from; docs/scaling.md discusses them.

RESULTS: bench/RESULTS.md, SQLite, its app alone on one core. Measured: `--measure`, the same
machine, which was not idle. Assumed: nobody has measured it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Seconds, unless said otherwise. The first five are of a replica's core.

    They add up to RESULTS `history`, 0.64 ms a run in bursts of 1,000, and `fairness`: 49 lone
    runs a second use 34 % of a core, 6.9 ms each, in 2 requests and 3 commits.
    """

    accept: float = 0.00019  # RESULTS `accepting`, not stored: 3,474 a second at 66 %
    flow: float = 0.00017  # fitted: what is left of `history`
    row: float = 0.00004  # a run in a transaction, three times; measured, `history` says the same
    request: float = 0.0015  # HTTP and TLS, kept connection; fitted: what is left of `fairness`
    commit: float = 0.0011  # a writing transaction's statements and thread; measured 1.15
    commit_wait: float = 0.0023  # COMMIT, the disk at rest; measured 1.8 to 2.5 (0.2 when busy)
    writers: int = 1  # connections of a replica that write
    connections: int = 5  # of a replica, altogether
    statements: float = 16 / 3 + 1  # in a writing transaction of a lone run, with BEGIN; measured
    trip: float = 0.0  # to the database server and back, for each statement
    server: float = 0.0  # of a core of the database server, for each statement
    server_row: float = 0.0  # the same, for a run in a transaction
    log_lone: int = 72_000  # bytes of write-ahead log for a run that comes alone; measured
    log_bulk: int = 8_200  # the same in a burst of 1,000; measured


SQLITE = Costs()
POSTGRESQL = Costs(
    commit=0.0018,  # measured 1.76 to 1.80
    commit_wait=0.0015,  # measured 0.9 to 4.1, the machine was busy
    writers=4,  # branch pg, robot/store/postgresql.py: 4 that write, 4 that read
    connections=9,  # and one that listens (design.md section 6; not built yet)
    statements=19 / 3 + 1,  # measured
    trip=0.0002,  # assumed: the same data centre
    server=0.00013,  # measured: 90 to 110 ms of all its processes for 750 statements
    server_row=0.00008,  # measured: 220 to 370 ms for 3,000
    log_lone=4_200,  # measured
    log_bulk=5_900,  # measured
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
