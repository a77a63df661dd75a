"""Numbers that kernels and their callers share."""

# How mining ended.
DONE, TOO_MANY, HALTED = 0, 1, 2
# Sides of a rule are bit masks.
MOST_ITEMS = 62
