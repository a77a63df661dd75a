"""Kernels that mine itemsets: arrays in, a prefix tree out.

`coding` makes baskets ready, `root`, `expansion` and `frequent` find all frequent sets, `distinct` and
`seen` the closed ones and the generators, `lookup` and `counting` work on the trees.
"""


def warm() -> None:
    """Import every module; that compiles and caches its kernels."""
    from kehu._kernels.itemsets import candidates, coding, counting, distinct, frequent, lookup, maximal  # noqa: F401
