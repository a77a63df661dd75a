"""Exercises that students can check themselves without seeing the answer."""

import hashlib
import math
import numbers
from typing import Any

__all__ = ["check", "seal"]


def check(answer: Any, sealed: str, *, decimals: int = 0) -> str:
    """Compare an answer with a sealed one.

    Parameters
    ----------
    answer : number, str or None
        The reader's answer; None as long as there is none.
    sealed : str
        What `seal` gave for the right answer.
    decimals : int
        To how many decimals a number is compared.

    Returns
    -------
    str
        ``"No answer yet."``, ``"Right."`` or ``"Not yet: …"``.

    Raises
    ------
    TypeError
        If the answer is neither a number nor text.

    Examples
    --------
    >>> check(0.5456, seal(0.55, decimals=2), decimals=2)
    'Right.'
    >>> check("milk", seal("bread"))
    "Not yet: 'milk' is not it."
    """
    if answer is None:
        return "No answer yet."
    if seal(answer, decimals=decimals) == sealed:
        return "Right."
    shown = repr(answer) if isinstance(answer, str) else f"{answer:,.{decimals}f}"
    return f"Not yet: {shown} is not it."


def seal(answer: Any, *, decimals: int = 0) -> str:
    """Turn the right answer into something that shows whether another one equals it, but not what it is.

    Parameters
    ----------
    answer : number or str
        Text is compared without regard to case and outer blanks.
    decimals : int
        To how many decimals a number is compared.

    Returns
    -------
    str
        Eight hexadecimal digits.

    Raises
    ------
    TypeError
        If the answer is neither a number nor text.

    Examples
    --------
    >>> seal(" Milk") == seal("milk")
    True
    """
    if isinstance(answer, str):
        plain = answer.strip().casefold()
    elif isinstance(answer, numbers.Real) and math.isfinite(answer):
        # + 0.0 turns a rounded -0.0 into 0.0.
        plain = f"{round(float(answer), decimals) + 0.0:.{decimals}f}"
    else:
        raise TypeError(f"an answer must be a number or text, got {answer!r}")
    return hashlib.sha256(plain.encode()).hexdigest()[:8]
