import threading
import time

import numpy as np
import pandas as pd
import pytest

from kehu import Baskets
from kehu.rules import frequent_itemsets, itemsets, mining


@pytest.mark.parametrize("kind", ["all", "closed", "generators"])
def test_an_interrupt_stops_the_threads(kind, monkeypatch):
    """As if the user pressed Ctrl-C at once: the search, which would take minutes, ends within seconds."""
    rng = np.random.default_rng(0)
    baskets = Baskets.from_onehot(pd.DataFrame(rng.random((2000, 80)) < 0.6))

    def interrupted(*args, **kwargs):
        time.sleep(0.2)
        raise KeyboardInterrupt

    if kind != "all":
        monkeypatch.setattr(itemsets, "mine", lambda *args, **kwargs: None)
    monkeypatch.setattr(mining, "wait", interrupted)
    start = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        frequent_itemsets(baskets, min_support=0.001, kind=kind, max_sets=1 << 30, progress=False)
    assert time.perf_counter() - start < 20
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ThreadPool")]


def test_spans_cover_all_ranks():
    for workers in (1, 2, 7):
        for n_items in (1, 2, 3, 50):
            ranked = mining.rank(Baskets.from_lists([range(n_items), range(n_items // 2)]), 1)
            spans = mining._spans(ranked, workers)[::-1]
            covered = [rank for first, stop in spans for rank in range(first, stop)]
            assert covered == list(range(n_items))


def test_tables_of_pairs_stay_small(monkeypatch):
    """With a table of ten pairs at a time, the answer is the same."""
    rng = np.random.default_rng(1)
    baskets = Baskets.from_onehot(pd.DataFrame(rng.random((60, 25)) < 0.3))
    expected = frequent_itemsets(baskets, min_support=0.05)
    monkeypatch.setattr(mining, "_PAIRS_AT_ONCE", 10)
    pd.testing.assert_frame_equal(frequent_itemsets(baskets, min_support=0.05), expected)


def test_progress(capsys):
    baskets = Baskets.from_lists([["a", "b"]])
    frequent_itemsets(baskets, min_support=1, progress=True)
    assert capsys.readouterr().err == ""
