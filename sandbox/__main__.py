"""`python -m sandbox`: a Bitrix24 portal on this machine until it is stopped."""

import argparse
import logging
import sys
from ipaddress import ip_address
from math import inf
from pathlib import Path

from sandbox.replay.recording import RecordingError, read_file
from sandbox.run import Options, run


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="sandbox", description=__doc__)
    parser.add_argument("--host", type=_loopback, default="127.0.0.1", help="of the first portal")
    parser.add_argument("--port", type=int, default=8100, help="0 takes a free one")
    parser.add_argument("--oauth-port", type=int, default=8101, help="0 takes a free one")
    parser.add_argument("--portals", type=int, default=1, help="portal k has the k-th address")
    parser.add_argument("--https", action="store_true", help="TLS, certificate made at start")
    parser.add_argument("--quiet", action="store_true", help="only the line of JSON")
    parser.add_argument(
        "--replay", type=Path, metavar="FILE", help="play what `linkrobot runs export` wrote"
    )
    parser.add_argument(
        "--replay-speed", type=_speed, default=1.0, metavar="N", help="so many times faster"
    )
    given = vars(parser.parse_args())
    file = given.pop("replay")
    try:
        options = Options(**given, recording=read_file(file) if file else None)
    except RecordingError as error:
        sys.exit(f"sandbox: --replay: {error}")
    logging.basicConfig(level=logging.WARNING)
    try:
        run(options)
    except OSError as error:
        sys.exit(f"sandbox: cannot listen on {options.host}: {error.strerror}")


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < inf:
        raise argparse.ArgumentTypeError(f"{text} is no number above 0")
    return speed


def _loopback(text: str) -> str:
    """The sandbox has no secrets worth the name, so nobody outside shall reach it."""
    if not ip_address(text).is_loopback:
        raise ValueError(text)
    return text


if __name__ == "__main__":
    main()
