"""Our scripts and styles as the browser gets them: packed, and kept for as long as they last."""

from pathlib import Path

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC = Path(__file__).parent / "static"
LASTS = b"public, max-age=31536000, immutable"  # addresses change with the content


class Packed:
    """ASGI: files alone are packed; a page holds secrets, and packing would tell of them."""

    def __init__(self, files: ASGIApp) -> None:
        self._files = GZipMiddleware(files)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the file; one that is asked for by its content is kept."""
        is_lasting = scope["query_string"].startswith(b"v=")

        async def sends(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                lasts = LASTS if is_lasting else b"no-cache"
                kind = [(b"cache-control", lasts), (b"x-content-type-options", b"nosniff")]
                message = {**message, "headers": [*message["headers"], *kind]}
            await send(message)

        await self._files(scope, receive, sends)
