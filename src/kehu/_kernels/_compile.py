"""The two ways kernels are compiled, ahead of their first call and cached, without what nobody calls."""

from typing import Any

from numba import njit, types

I32 = types.int32[::1]
I64 = types.int64[::1]
INT = types.int64
# Baskets hand out read-only arrays; a signature that says so accepts writable ones too.
CODES = types.Array(types.int32, 1, "C", readonly=True)
POSITIONS = types.Array(types.int64, 1, "C", readonly=True)


def entry(signature: Any) -> Any:
    """Compile a kernel that Python calls; other threads may run meanwhile."""
    return njit(signature, cache=True, nogil=True, no_cfunc_wrapper=True, error_model="numpy")


def inner(signature: Any) -> Any:
    """Compile a kernel that only other kernels call, in half the time."""
    return njit(
        signature, cache=True, nogil=True, no_cfunc_wrapper=True, no_cpython_wrapper=True, error_model="numpy"
    )
