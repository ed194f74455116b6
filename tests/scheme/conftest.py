"""Property tests of the scheme judge results, not speed: a busy machine mustn't fail them."""

from hypothesis import settings

settings.register_profile("scheme", deadline=None)
settings.load_profile("scheme")
