"""A slow network and a slow processor in the browser: `pytest tests/browser --slow-browser`.

A test that believes something too early fails there each time, and not once in fifty runs.
"""

from playwright.sync_api import BrowserContext, Page

LATENCY = 300  # ms, of each request
SLOWER = 4  # times


def slow_down(context: BrowserContext) -> None:
    """All tabs that this context opens from now on."""

    def begin(tab: Page) -> None:
        session = context.new_cdp_session(tab)
        session.send("Network.enable")
        no_limit = {"downloadThroughput": -1, "uploadThroughput": -1}
        session.send(
            "Network.emulateNetworkConditions", {"offline": False, "latency": LATENCY, **no_limit}
        )
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})

    context.on("page", begin)
