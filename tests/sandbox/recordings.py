"""Files as `linkrobot runs export` writes them, made up for tests of the sandbox."""

from typing import Any


def run(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A run that turned the link of its item's latest document on."""
    whole: dict[str, Any] = {
        "run": number,
        "robot": "linkrobot_enable",
        "source": "robot",
        "employee": 1,
        "item": {"type": 2, "id": number},
        "inputs": {"document_id": "", "which": "latest", "template_id": ""},
        "use_subscription": "Y",
        "times": {
            "sent": 0.0,
            "received": 0.0,
            "answer_until": 3600.0,
            "first_look": None,
            "decided": 0.1,
        },
        "looks": 0,
        "documents": [number],
        "outcome": outcome(linked_document_id=str(number), public_url="…", pdf_ready="Y"),
        "reports": 0,
    }
    return whole | changes


def outcome(error_code: str = "", *, theirs: str = "", words: str = "", **outputs: Any) -> Any:
    """What came of it."""
    return {
        "succeeded": not error_code,
        "error_code": error_code,
        "bitrix24": {"code": theirs, "words": words},
        "outputs": outputs,
    }


def failed(number: int, error_code: str, **more: Any) -> dict[str, Any]:
    """A run of an employee of its own, who did not get a link."""
    said = {name: more.pop(name) for name in ("theirs", "words") if name in more}
    about = {"employee": number, "documents": [], "outcome": outcome(error_code, **said)}
    return run(number, **about | more)


def recording(*runs: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A file with these runs."""
    portal = {"language": "en", "has_page": False, "templates": {"1": {"gone": False}}}
    return {
        "format": "linkrobot-runs",
        "version": 1,
        "portal": portal,
        "runs": list(runs),
        **changes,
    }
