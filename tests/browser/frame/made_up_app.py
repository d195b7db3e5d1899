"""A made-up app on an origin of its own, whose page drives Bitrix24's official SDK in the frame.

The page says what came of it in its own text, and does what its buttons say.
"""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

HERE = Path(__file__).parent
SDK = HERE.parents[2] / "handlers/static/vendor/b24jssdk/b24jssdk-2.2.0.min.js"
FILES = {"/sdk.js": SDK, "/app.js": HERE / "made_up_app.js"}
PAGE = b"""<!DOCTYPE html><html lang="en"><title>Made-up app</title>
<link rel="icon" href="data:,"><script src="/sdk.js"></script>
<script src="/app.js" type="module"></script>
<body><h1>Made-up app</h1><div id="buttons"></div><pre id="said"></pre></body></html>"""


class MadeUpApp:
    """Serves the page to any POST and keeps what each POST brought."""

    def __init__(self) -> None:
        self.opened: list[tuple[str, dict[str, str], dict[str, str]]] = []  # path, query, form
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._make())
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        """Where it is: scheme, host and port."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()

    def _make(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Request(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = FILES.get(self.path)
                kind = "text/javascript" if path else "text/html"
                self._answer(path.read_bytes() if path else PAGE, kind)

            def do_POST(self) -> None:
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                address = urlsplit(self.path)
                outer.opened.append(
                    (address.path, dict(parse_qsl(address.query)), dict(parse_qsl(form)))
                )
                self._answer(PAGE, "text/html")

            def _answer(self, body: bytes, kind: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        return Request
