"""The control plane: JSON under /_sandbox/, apart from what a portal has."""
