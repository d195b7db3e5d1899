# mypy: ignore-errors
"""Flask with b24pysdk: the robot's handler as Bitrix24's tutorials write it.

Source: tutorials/bizproc/setting-robot.md ("Initialize the SDK": a client from the `auth` of each
request) and activity.md (`token.call_method`), with the SDK's own parser of the robot's POST.
Runs under gunicorn, 2 workers of 16 threads, in a virtual environment of its own.
"""

import os

from b24pysdk import BitrixApp, BitrixToken
from b24pysdk.credentials import OAuthWorkflowData
from flask import Flask, request

APP = BitrixApp(client_id=os.environ["CLIENT_ID"], client_secret=os.environ["CLIENT_SECRET"])
app = Flask(__name__)


@app.get("/ready")
def ready():
    """Started."""
    return "ok"


@app.post("/robot")
def robot():
    """Turn the link on and hand it to the workflow, all within the request."""
    data = OAuthWorkflowData.from_dict(request.form.to_dict())
    token = BitrixToken(
        domain=request.form["auth[domain]"],
        auth_token=data.auth.oauth_token.access_token,
        refresh_token=data.auth.oauth_token.refresh_token,
        bitrix_app=APP,
    )
    params = {"id": int(data.properties["document_id"]), "status": 1}
    link = token.call_method("crm.documentgenerator.document.enablepublicurl", params)
    token.call_method(
        "bizproc.event.send",
        {
            "event_token": data.event_token,
            "return_values": {"public_url": link["result"]["publicUrl"]},
        },
    )
    return "ok"
