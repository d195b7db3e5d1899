"""Runs that were exported from an app are played again at a portal of the sandbox."""
