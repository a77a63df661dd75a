import numpy as np
import pandas as pd
import pytest


def table(purchases):
    """Orders from customer → dates."""
    rows = [(who, date) for who, dates in purchases.items() for date in dates]
    return pd.DataFrame(rows, columns=["customer_id", "ordered_at"]).assign(
        order_id=range(len(rows)), amount=10.0, ordered_at=lambda data: pd.to_datetime(data["ordered_at"])
    )


def shop(n=300, days=400, gap=(5, 60), leaving=0.0, seed=0, entry=200):
    """Customers with a mean gap of their own, exponential gaps, and a chance to leave after each order."""
    rng = np.random.default_rng(seed)
    purchases = {}
    for who in range(n):
        mean, day, found = rng.uniform(*gap), int(rng.integers(entry)), []
        while day < days:
            found.append(np.datetime64("2017-01-01") + day)
            if rng.random() < leaving:
                break
            day += int(np.ceil(rng.exponential(mean)))
        purchases[who] = found
    return table(purchases)


@pytest.fixture
def orders():
    return shop()
