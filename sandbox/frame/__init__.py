"""The portal's window around an app's page, for a real browser."""
