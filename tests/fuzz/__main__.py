"""The coverage-guided fuzzer: `make fuzz`, or `python -m tests.fuzz --seconds 600 invocation`.

It begins with the kept corpus and what it found before in `.fuzz/`. A find is printed and its bytes
are written to `.fuzz/finds/`: put the file into tests/samples/fuzz/, where `make test` tries it.
"""

import argparse
import subprocess
import sys

from tests.fuzz.corpus import FOUND, NAMES


def main() -> int:
    """Each target in a process of its own, for so long."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument(
        "targets", nargs="*", metavar="TARGET", help=f"of {', '.join(NAMES)}; all, if none is named"
    )
    given = parser.parse_args()
    failed = []
    for name in given.targets or NAMES:
        sys.stdout.write(f"{name}: {given.seconds} s\n")
        sys.stdout.flush()
        command = [sys.executable, "-m", "tests.fuzz.one", name, str(given.seconds)]
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
    finds = ", ".join(failed)
    sys.stdout.write(f"Finds in {FOUND}/finds: {finds}\n" if finds else "Nothing was found.\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
