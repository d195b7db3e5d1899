# mypy: ignore-errors
"""FastAPI with fast_bitrix24: the robot's handler with one client for each portal.

The library's README keeps one client object, whose throttle then counts all requests; that is
better for it than an object per request. Runs under uvicorn with uvloop, as FastAPI's own pages do,
in a virtual environment of its own.
"""

import os

from fast_bitrix24 import BitrixAsync
from fastapi import FastAPI, Request

app = FastAPI()
clients: dict[str, BitrixAsync] = {}
tokens: dict[str, str] = {}
# Where the portal has no limits the library is told so, as Linkrobot is.
PACE = {"request_pool_size": 100_000, "requests_per_second": 100_000.0}


def client_of(form) -> BitrixAsync:
    """The portal's client; its token is the newest that came."""
    member_id = form["auth[member_id]"]
    tokens[member_id] = form["auth[access_token]"]

    async def token() -> str:
        return tokens[member_id]

    if member_id not in clients:
        pace = PACE if os.environ.get("NO_LIMITS") else {}
        clients[member_id] = BitrixAsync(
            form["auth[client_endpoint]"], token_func=token, verbose=False, **pace
        )
    return clients[member_id]


@app.get("/ready")
async def ready():
    """Started."""
    return "ok"


@app.post("/robot")
async def robot(request: Request):
    """Turn the link on and hand it to the workflow, all within the request."""
    form = await request.form()
    b24 = client_of(form)
    link = await b24.call(
        "crm.documentgenerator.document.enablepublicurl",
        {"id": int(form["properties[document_id]"]), "status": 1},
        raw=True,
    )
    await b24.call(
        "bizproc.event.send",
        {
            "event_token": form["event_token"],
            "return_values": {"public_url": link["result"]["publicUrl"]},
        },
        raw=True,
    )
    return "ok"
