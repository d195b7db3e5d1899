"""The kept corpus: bytes that once mattered, for each target."""

from pathlib import Path

KEPT = Path(__file__).parents[1] / "samples" / "fuzz"
FOUND = Path(".fuzz")  # what the fuzzer found new, and its finds; not kept
NAMES = sorted(folder.name for folder in KEPT.iterdir())


def kept(name: str) -> dict[str, bytes]:
    """File name -> bytes."""
    return {path.name: path.read_bytes() for path in sorted((KEPT / name).iterdir())}
