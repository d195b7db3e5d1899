"""The command `linkrobot`. Commands import what they need themselves: libraries load slowly."""

from robot.cli.app import main

__all__ = ["main"]
