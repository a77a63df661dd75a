"""How mining ended."""

DONE, TOO_MANY, HALTED = 0, 1, 2
