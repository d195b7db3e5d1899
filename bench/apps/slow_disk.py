"""A disk that takes 2 ms longer for every sync, by a shim that is compiled when it is needed."""

import shutil
import subprocess
from pathlib import Path

_SOURCE = Path(__file__).with_name("slow_disk.c")


class NoCompilerError(RuntimeError):
    """Without `cc` there is no shim."""


def environment(folder: Path) -> dict[str, str]:
    """What a program's environment needs for it.

    Raises:
        NoCompilerError: install a C compiler (`cc`).
    """
    compiler = shutil.which("cc")
    if compiler is None:
        raise NoCompilerError("the row with the slow disk needs a C compiler: cc")
    library = folder / "slow_disk.so"
    command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(_SOURCE), "-ldl"]
    subprocess.run(command, check=True)  # noqa: S603 # our own command
    return {"LD_PRELOAD": str(library)}
