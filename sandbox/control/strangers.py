"""Keeps the pages of strangers out: a browser would send what they write to this machine, too."""

from starlette.requests import Request

from sandbox.errors import ControlError

_READS = frozenset({"GET", "HEAD"})


def refuse(request: Request) -> None:
    """A change comes from a program, or from a page of this portal, and its body is JSON.

    Raises:
        ControlError: another site's page sent it, or a form did.
    """
    if request.method in _READS:
        return
    origin = request.headers.get("origin")
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    if origin is not None and origin != own:
        raise ControlError(f"Only pages of this portal may change it, not {origin}", status=403)
    if _has_body(request) and not _is_json(request):
        text = "The body is sent as Content-Type: application/json (curl --json does so)"
        raise ControlError(text, status=415)


def _has_body(request: Request) -> bool:
    return request.headers.get("content-length", "0") != "0" or (
        "transfer-encoding" in request.headers
    )


def _is_json(request: Request) -> bool:
    media_type = request.headers.get("content-type", "").partition(";")[0]
    return media_type.strip().lower() == "application/json"
