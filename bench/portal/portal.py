"""One portal's state: how it behaves, the runs that its workflows wait for, what was counted."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

from bench.portal.limits import Bucket, Operating, OperatingRule

LIST = "crm.documentgenerator.document.list"
GET = "crm.documentgenerator.document.get"
ENABLE = "crm.documentgenerator.document.enablepublicurl"
REPORT = "bizproc.event.send"
REQUEST, CALL, HEAVY = 0.030, 0.005, 0.300  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How long things take here, and what is refused. Times are seconds."""

    request: float = REQUEST  # of each HTTP request
    call: float = CALL  # of each call in it; calls of one batch run one after the other
    methods: Mapping[str, float] = field(default_factory=dict)  # where a method takes another time
    rate: float | None = 2.0  # requests per second that leak out; None: no limit
    burst: float = 50.0
    operating: OperatingRule | None = field(default_factory=OperatingRule)
    refuses: str = ""  # the code that every request is answered with, HTTP 503
    is_silent: bool = False  # takes requests and answers none

    def seconds(self, method: str) -> float:
        """What a call of the method takes."""
        return self.methods.get(method, self.call)


LIGHT = Behaviour()
HEAVY_LINKS = replace(LIGHT, methods={ENABLE: HEAVY})
NO_LIMITS = replace(LIGHT, rate=None, operating=None)
INSTANT = replace(NO_LIMITS, request=0.0, call=0.0)


@dataclass(slots=True, kw_only=True, eq=False)
class Run:
    """One call of the robot, as its workflow sees it. Times are monotonic seconds."""

    event_token: str
    document_id: int
    sent_at: float = 0.0
    answered_at: float | None = None
    status: int = 0  # of the handler's answer; 0: none
    reported_at: float | None = None
    link: str = ""
    reported: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def time_to_link(self) -> float:
        """Seconds from the call to the report; only of a run that was reported."""
        assert self.reported_at is not None  # noqa: S101 # for mypy
        return self.reported_at - self.sent_at


@dataclass(slots=True, kw_only=True)
class Tally:
    """What came to the portal."""

    requests: int = 0  # HTTP requests, refused ones too
    calls: int = 0  # calls that ran
    busy: float = 0.0  # seconds that the portal needed for them, as it should
    took: float = 0.0  # the same as it really was: timers wake up late
    over_limit: int = 0  # answered QUERY_LIMIT_EXCEEDED
    over_operating: int = 0  # calls answered OPERATION_TIME_LIMIT
    longest: float = 0.0  # seconds of the longest request
    late: float = 0.0  # seconds by which answers left later than they should, the worst one
    last_at: float = 0.0  # when the last request came or went
    strange: int = 0  # requests that no portal would understand
    repeated: int = 0  # reports after the first


class Portal:
    """A portal with any documents that anyone asks for: the document n belongs to deal n."""

    def __init__(self, number: int, host: str, port: int) -> None:
        self.number = number
        self.host = f"{host}:{port}"
        self.member_id = sha256(f"portal {number}".encode()).hexdigest()[:32]
        self.access_token = sha256(f"access {number}".encode()).hexdigest()
        self.application_token = sha256(f"application {number}".encode()).hexdigest()[:32]
        self.behaviour = LIGHT
        self.tally = Tally()
        self.in_flight = 0
        self.runs: dict[str, Run] = {}
        self.public: set[int] = set()
        self.robots: list[str] = []
        self.speaks = asyncio.Event()  # again, after it was silent
        self._bucket: Bucket | None = None
        self._operating: dict[str, Operating] = {}
        self._made = 0

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"https://{self.host}"

    def begin(self, behaviour: Behaviour) -> None:
        """A new measurement: nothing waits, nothing was counted, buckets are empty."""
        self.behave(behaviour)
        self.tally = Tally(last_at=time.monotonic())
        self.runs.clear()
        self.public.clear()

    def behave(self, behaviour: Behaviour) -> None:
        """From now on like this, with empty buckets."""
        self.speaks.set()
        self.speaks = asyncio.Event()
        self.behaviour = behaviour
        rate = behaviour.rate
        self._bucket = Bucket(rate=rate, burst=behaviour.burst) if rate else None
        self._operating = {}

    def new_run(self) -> Run:
        """A deal has reached the stage; its robot is about to be called."""
        self._made += 1
        token = sha256(f"{self.number} {self._made} {time.time_ns()}".encode()).hexdigest()
        run = Run(
            event_token=f"{token[:14]}.{self._made:08}|A40364_79843_85254_57332|{token}",
            document_id=self._made,
        )
        self.runs[run.event_token] = run
        return run

    def link(self, document_id: int) -> str:
        """The public link of a document."""
        short = sha256(f"{self.number} {document_id}".encode()).hexdigest()[:10]
        return f"{self.url}/~{short}"

    def lets_in(self, now: float) -> bool:
        """Whether one more request fits into the bucket."""
        return self._bucket is None or self._bucket.take(now)

    def operating(self, method: str) -> Operating | None:
        """The method's operating time; None where it is not limited."""
        rule = self.behaviour.operating
        return self._operating.setdefault(method, Operating(rule=rule)) if rule else None

    def is_right(self, run: Run) -> bool:
        """Whether the workflow got the link of its own document, and that link is on."""
        return run.link == self.link(run.document_id) and run.document_id in self.public
