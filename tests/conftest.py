"""For all tests: a busy machine is no reason for hypothesis to fail."""

from hypothesis import settings

settings.register_profile("linkrobot", deadline=None)
settings.load_profile("linkrobot")
