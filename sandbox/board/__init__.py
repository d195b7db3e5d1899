"""The board: a portal as a salesperson and an administrator see it, in the browser."""
