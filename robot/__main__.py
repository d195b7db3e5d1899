"""`python -m robot` is the command `linkrobot`."""

from robot.cli import main

main()
