"""Every error that Linkrobot raises on purpose, named by what its catcher does.

RobotError
├─ SettingsError           stop: the operator must mend the environment
├─ UnreadableError         400: not Bitrix24's format
│  └─ TooLargeError        413: over one of our limits; refused, never cut
├─ ForgedError             403: well formed, but not from a portal that we know
│  └─ OtherAppError        the portal is real, the application is none of our settings'
├─ BusyError               503: not stored; come back after `retry_after` seconds
├─ FlowError               tell the workflow: the robot could not do its work
└─ PortalError             Bitrix24 did not do what we asked; carries method and code
   ├─ NotExecutedError     refused before running: repeat after `retry_after` seconds
   │  ├─ TokenError        the access token is not taken: repeat with another one
   │  └─ MovedError        the portal answers at another address: confirm it, then repeat
   ├─ OutcomeUnknownError  may have run (timeout, broken answer): repeat only what is safe twice
   └─ RejectedError        it said no: repeating changes nothing
"""


class RobotError(Exception):
    """Anything that Linkrobot raises on purpose. Its text never holds a secret."""


class SettingsError(RobotError):
    """The environment is not as the program needs it; the text says the remedy."""


class UnreadableError(RobotError):
    """The bytes are not what Bitrix24 sends."""


class TooLargeError(UnreadableError):
    """The message is over one of our limits."""


class ForgedError(RobotError):
    """The message does not come from a portal that we know."""


class OtherAppError(ForgedError):
    """A real portal's message, of an application that LINKROBOT_CLIENT_ID does not name (yet)."""

    def __init__(self, member_id: str, client_id: str) -> None:
        super().__init__(
            f"portal {member_id} sent it for the application {client_id}, which "
            "LINKROBOT_CLIENT_ID does not name"
        )
        self.place = f"{member_id}/{client_id}"  # of a message that waits for its id to be set


class BusyError(RobotError):
    """The message was not stored. `retry_after` is in seconds."""

    def __init__(self, text: str, *, retry_after: float = 5.0) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class FlowError(RobotError):
    """The robot could not do its work. `code` is stable, `text` is for an administrator."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class PortalError(RobotError):
    """Bitrix24 did not do what we asked. `code` is upper case, `text` Bitrix24's own words."""

    def __init__(self, method: str, code: str, text: str) -> None:
        super().__init__(f"{method}: {code or 'no code'}: {text}")
        self.method = method
        self.code = code
        self.text = text


class NotExecutedError(PortalError):
    """The call was refused before it ran; the same call is safe after `retry_after` seconds."""

    def __init__(self, method: str, code: str, text: str, *, retry_after: float = 1.0) -> None:
        super().__init__(method, code, text)
        self.retry_after = retry_after


class TokenError(NotExecutedError):
    """The access token was not taken (expired, unknown, its user is gone)."""


class MovedError(NotExecutedError):
    """The portal answers at another address, `location` (a URL, not to be trusted yet)."""

    def __init__(self, method: str, location: str) -> None:
        super().__init__(method, "MOVED", "the portal answers at another address")
        self.location = location


class OutcomeUnknownError(PortalError):
    """The call may have run: no answer, or one that is not Bitrix24's."""


class RejectedError(PortalError):
    """Bitrix24 said no; repeating the call changes nothing."""
