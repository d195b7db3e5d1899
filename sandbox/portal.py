"""One portal: who is there, what is in it, and how it is set."""

import time
from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.clock import Clock
from sandbox.crm import Item
from sandbox.documents import Document
from sandbox.errors import ControlError
from sandbox.faults import Fault
from sandbox.journal import Journal
from sandbox.limits import Bucket, Operating
from sandbox.templates import Template, first_templates
from sandbox.workflow.steps import StagedRobot, Workflow

DocumentsRole = Literal["modify", "view", "none"]
# What every portal's deals go through; a stage that is placed later comes before the last one.
FIRST_STAGES = ("New", "Preparation", "Send the contract", "Won")


@dataclass(slots=True, kw_only=True)
class User:
    """An employee; `documents` is the role in the document generator."""

    id: int
    name: str
    last_name: str = "Sandbox"
    admin: bool = False
    documents: DocumentsRole = "none"
    templates: bool = False  # the role that may modify, and so list, templates
    crm_read: bool = True
    active: bool = True
    extranet: bool = False


@dataclass(slots=True, kw_only=True)
class App:
    """A local app; its client_secret is known to the OAuth server, too."""

    client_id: str
    client_secret: str
    application_token: str
    scope: list[str]
    user_id: int  # who installed it
    interface: bool
    installed: bool
    install_url: str
    app_url: str
    name: str = "Local app"
    version: int = 1
    status: str = "L"  # a local app
    options: dict[str, Any] = field(default_factory=dict)  # what its page keeps for all users
    user_options: dict[int, dict[str, Any]] = field(default_factory=dict)
    seen_by: set[int] = field(default_factory=set)  # users whose first opening it noticed


@dataclass(slots=True, kw_only=True)
class Webhook:
    """An incoming webhook: /rest/<user_id>/<code>/<method>."""

    user_id: int
    code: str
    scope: list[str]


@dataclass(slots=True, kw_only=True)
class EventHandler:
    """A handler bound with event.bind."""

    id: int = field(compare=False)
    event: str
    handler: str
    auth_type: str = "0"  # a user's id; "0" is whoever causes the event


@dataclass(slots=True, kw_only=True)
class Robot:
    """A registered robot or activity; `fields` has upper-case keys (wire facts 9.2)."""

    kind: Literal["robot", "activity"]
    code: str
    client_id: str
    fields: dict[str, Any]

    def declared(self, part: Literal["PROPERTIES", "RETURN_PROPERTIES"]) -> dict[str, Any]:
        """Name -> description of the inputs or outputs, names in the case as registered."""
        return {str(name): about for name, about in (self.fields.get(part) or {}).items()}

    @property
    def auth_user_id(self) -> int:
        return int(self.fields.get("AUTH_USER_ID") or 0)


@dataclass(slots=True, kw_only=True)
class Notification:
    """What a user finds in the notification center."""

    id: int
    user_id: int
    type: Literal["USER", "SYSTEM"]
    author_id: int  # 0: the system
    message: str  # with BB codes
    message_out: str  # for e-mails
    tag: str
    sub_tag: str
    client_id: str  # tags are the application's own


@dataclass(slots=True, kw_only=True)
class PortalSettings:
    """What PATCH portal sets; sandbox/README.md explains each."""

    rate: float | None = 2.0  # requests per second that leak; None is no limit
    burst: float = 50.0
    operating_limit: float | None = 480.0  # seconds per window; None is no limit
    operating_window: float = 600.0  # seconds
    operating_charge: dict[str, float] = field(default_factory=dict)  # method -> seconds
    save_delay: float = 0.0  # seconds between queueing a call and saving the workflow
    early_answer: Literal["404", "423"] = "404"
    features: dict[str, bool] = field(default_factory=lambda: {"bizproc": True})
    rest_plan: bool = True
    document_permissions: bool = True  # False: a plan on which everyone has the role
    language: str = "en"
    license: str = "en_std"
    rotation: bool = True
    refresh_days: float = 180.0  # that a refresh token lives, from when it is made
    send_tokens: Literal["all", "none", "no_refresh"] = "all"
    send_application_token: bool = True
    send_document_type: bool = True
    send_domain: bool = True
    use_subscription: Literal["as_is", "blank", "absent"] = "as_is"
    dialect: Literal["docs", "source"] = "docs"  # statuses where the two differ
    numeric_codes: bool = False  # older cores send numbers as error codes
    time: Literal["int", "float", "bare"] = "int"
    list_core: Literal["docs", "newest"] = "docs"
    pending_urls: Literal["absent", "empty"] = "absent"
    public_off: Literal["null", "false"] = "null"


@dataclass(slots=True, kw_only=True)
class DeliverySettings:
    """What the queue server does to calls: POST deliveries."""

    delay: float = 0.0  # seconds
    reorder: bool = False
    duplicate: bool = False
    lose: int = 0  # so many of the next calls never arrive


def _first_users() -> dict[int, User]:
    users = [
        User(id=1, name="Ada", admin=True, documents="modify", templates=True),
        User(id=7, name="Ben", documents="modify", templates=True),
        User(id=9, name="Cara", crm_read=False),
    ]
    return {user.id: user for user in users}


def _first_stages() -> dict[str, list[StagedRobot]]:
    return {name: [] for name in FIRST_STAGES}


@dataclass(slots=True, kw_only=True)
class Portal:
    """All state of one portal. It lives in memory and dies with the process."""

    member_id: str  # lasting; the host may change
    host: str
    port: int
    scheme: str
    signing_key: bytes  # of event tokens
    clock: Clock = field(default_factory=Clock)
    old_hosts: set[str] = field(default_factory=set)
    deleted: bool = False
    settings: PortalSettings = field(default_factory=PortalSettings)
    deliveries: DeliverySettings = field(default_factory=DeliverySettings)
    users: dict[int, User] = field(default_factory=_first_users)
    app: App | None = None
    webhooks: dict[str, Webhook] = field(default_factory=dict)
    robots: dict[tuple[str, str], Robot] = field(default_factory=dict)  # (client_id, code)
    handlers: list[EventHandler] = field(default_factory=list)
    items: dict[tuple[int, int], Item] = field(default_factory=dict)
    documents: dict[int, Document] = field(default_factory=dict)
    templates: dict[int, Template] = field(default_factory=lambda: first_templates(time.time()))
    last_handler_id: int = 800
    last_item_id: int = 100
    last_document_id: int = 0
    stages: dict[str, list[StagedRobot]] = field(default_factory=_first_stages)  # in their order
    workflows: dict[str, Workflow] = field(default_factory=dict)
    mails: list[dict[str, str]] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)
    last_notification_id: int = 0
    journal: Journal = field(default_factory=Journal)
    bucket: Bucket = field(default_factory=Bucket)
    operating: Operating = field(default_factory=Operating)
    faults: list[Fault] = field(default_factory=list)

    def the_app(self) -> App:
        """The app that is installed.

        Raises:
            ControlError: none is.
        """
        if self.app is None:
            text = "No app is installed: POST /_sandbox/apps/install installs one"
            raise ControlError(text, status=409)
        return self.app

    def user(self, user_id: int) -> User:
        """Who has this id.

        Raises:
            ControlError: nobody.
        """
        if user_id not in self.users:
            raise ControlError("No such user", status=404, known=sorted(self.users))
        return self.users[user_id]

    @property
    def domain(self) -> str:
        """Host and port, as `auth[domain]` names the portal."""
        return f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.domain}"

    @property
    def client_endpoint(self) -> str:
        return f"{self.url}/rest/"

    def place(self, stage: str, robots: list[StagedRobot]) -> None:
        """Robots of a stage, in order; a stage that is new comes before the last one."""
        is_new = stage not in self.stages
        self.stages[stage] = robots
        if is_new:
            last = FIRST_STAGES[-1]
            self.stages[last] = self.stages.pop(last)
