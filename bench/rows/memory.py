"""What the app holds in memory."""

from bench.apps import linkrobot, process, stored
from bench.bench import Bench
from bench.figures import Line, middle, spread
from bench.portal.portal import LIGHT, NO_LIMITS
from bench.sending import loads

IDLE, BUSY = 100.0, 160.0  # MB
WAITING = 20_000  # runs


async def resident(bench: Bench) -> list[Line]:
    """After a second start (the first one makes the database), then with many runs waiting."""
    portal, waiting = bench.site.portal, bench.number(WAITING, 1_000)
    idle: list[float] = []
    busy: list[float] = []
    highest: list[float] = []
    left: list[int] = []
    for n in range(bench.repeats):
        folder = bench.fresh("memory")
        portal.begin(NO_LIMITS)
        async with linkrobot.running(bench.site, folder):
            pass
        async with linkrobot.running(bench.site, folder, portals=[]) as app:
            await process.is_quiet(app.process)
            idle.append(app.process.memory_mb())
            portal.begin(LIGHT)
            await loads.burst(app.robot, portal, waiting)
            # Meanwhile some were done: as many again come.
            await loads.burst(app.robot, portal, stored.counted(folder, "ending IS NOT NULL"))
            busy.append(app.process.memory_mb())
            highest.append(app.process.memory_mb("VmHWM"))
            left.append(stored.counted(folder, "finished_at IS NULL"))
        bench.say(f"memory {n + 1}/{bench.repeats}: {idle[-1]:.0f} MB, then {busy[-1]:.0f} MB")
    return [
        Line(
            row="memory",
            what="memory idle",
            figure=spread(idle, "MB", 1),
            reach=f"under {IDLE:.0f} MB",
            reached=middle(idle) < IDLE,
            how="resident (VmRSS), database up to date, one portal installed",
        ),
        Line(
            row="memory",
            what=f"memory with {waiting} runs waiting",
            figure=f"{spread(busy, 'MB', 1)}, at its highest {max(highest):.1f} MB",
            reach=f"under {BUSY:.0f} MB",
            reached=max(highest) < BUSY and min(left) >= 0.99 * waiting,
            how=f"delivered over {loads.CONNECTIONS} connections while the portal is drained at "
            f"its documented pace; {min(left)} were waiting",
        ),
    ]
