"""What is counted while the app runs (Prometheus). Portals by their member_id, never people."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

RUNS = Counter(
    "linkrobot_runs",
    "Runs that got their outcome, by robot and error code (empty: succeeded)",
    ["robot", "error_code"],
    registry=REGISTRY,
)
FINISHED = Counter(
    "linkrobot_runs_finished",
    "Runs with nothing left to do, by how they left the workflow",
    ["ending"],
    registry=REGISTRY,
)
TIME_TO_LINK = Histogram(
    "linkrobot_time_to_link_seconds",
    "From receiving a run to the portal taking its answer",
    buckets=(0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600),
    registry=REGISTRY,
)
ACCEPTING = Histogram(
    "linkrobot_accepting_seconds",
    "From reading a robot's call to its being stored",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5),
    registry=REGISTRY,
)
WAITING = Gauge(
    "linkrobot_waiting_runs", "Runs that are not finished", ["portal"], registry=REGISTRY
)
OLDEST = Gauge(
    "linkrobot_oldest_waiting_seconds",
    "Age of the oldest run that is not finished",
    registry=REGISTRY,
)
PACE = Gauge(
    "linkrobot_portal_requests_in_bucket",
    "Our picture of a portal's leaky bucket: requests that have not leaked out yet",
    ["portal"],
    registry=REGISTRY,
)
LINKS_PUBLIC = Gauge(
    "linkrobot_links_public",
    "Links that Linkrobot turned on and that are, or may be, public",
    ["portal"],
    registry=REGISTRY,
)
LINKS_OVERDUE = Gauge(
    "linkrobot_links_overdue",
    "Links that are public although their end passed more than 15 minutes ago",
    ["portal"],
    registry=REGISTRY,
)
