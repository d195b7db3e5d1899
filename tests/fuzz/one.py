"""One target in atheris: `python -m tests.fuzz.one NAME SECONDS`, as tests.fuzz starts it."""

import importlib
import sys
from typing import Any

from tests.fuzz.corpus import FOUND, KEPT

LONGEST = 8_192  # bytes
MEGABYTES = 1_024
SLOWEST = 10  # seconds for one input


def main() -> None:
    """Try bytes until the time is over or a promise is broken."""
    name, seconds = sys.argv[1], int(sys.argv[2])
    atheris: Any = importlib.import_module("atheris")  # of the extra `fuzz`; it has no types
    with atheris.instrument_imports(include=["robot"]):
        targets = importlib.import_module("tests.fuzz.targets").TARGETS
    for folder in (FOUND / "finds", FOUND / name):
        folder.mkdir(parents=True, exist_ok=True)
    options = {
        "max_total_time": seconds,
        "max_len": LONGEST,
        "rss_limit_mb": MEGABYTES,
        "timeout": SLOWEST,
        "artifact_prefix": f"{FOUND}/finds/{name}-",
        "verbosity": 0,
        "print_final_stats": 1,
    }
    words = [f"-{option}={value}" for option, value in options.items()]
    # What is new goes into the first folder.
    atheris.Setup([sys.argv[0], *words, str(FOUND / name), str(KEPT / name)], targets[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
