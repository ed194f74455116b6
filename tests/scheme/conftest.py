"""Property tests of the scheme judge results, not speed: a busy machine mustn't fail them. Under mutmut few examples,
always the same, tell whether a rule was changed."""

import os

from hypothesis import Phase, settings

settings.register_profile("scheme", deadline=None)
settings.register_profile(
    "mutants",
    deadline=None,
    max_examples=20,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "scheme"))
