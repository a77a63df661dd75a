"""The named warnings of the package: each says what is statistically or practically doubtful.

Silence one with ``warnings.filterwarnings("ignore", category=kehu.warnings.<name>)``.
"""


class KehuWarning(UserWarning):
    """Base of all warnings of the package."""
