"""What a run costs. Where each number is from stands beside it; docs/scaling.md discusses them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Seconds of one replica's core, unless said otherwise; from bench/RESULTS.md, SQLite.

    Fitted by hand to two rows: `history` 0.64 ms of CPU a run in bursts of 1,000; `fairness` 49
    lone runs a second use 34 % of a core, 6.9 ms each, in 2 requests and 3 commits. A third row
    checks it: `links` has 3.7 ms a run.
    """

    run: float = 0.0005  # accepted, its calls made, its answers read
    request: float = 0.0015  # HTTP and TLS, kept connection
    commit: float = 0.0011
    commit_wait: float = 0.002  # seconds until a commit is durable; assumed, no PostgreSQL yet
