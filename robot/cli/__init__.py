"""The command `linkrobot`."""

from robot.cli.app import main

__all__ = ["main"]
