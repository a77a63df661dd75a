import pandas as pd
import pytest

import kehu
from kehu import plots
from kehu.figures.words import translate


def ledger(*removed, rows=100, amount=200.0):
    kept = rows - sum(entry[2] for entry in removed), amount - sum(entry[3] for entry in removed)
    entries = [("input", "order lines received", rows, amount), *removed, ("store", "kept", *kept)]
    return pd.DataFrame(entries, columns=["step", "reason", "rows", "amount"])


def test_bars_run_from_the_input_down_to_what_was_kept():
    ax = plots.cleaning_ledger(
        ledger(("filter", "not a product", 10, 1.0), ("clean", "amount zero", 30, 0.0))
    )
    bars = [(bar.get_x(), bar.get_width()) for bar in ax.patches]
    expected = [(0, 1), (0, 0.9), (0.9, 0.1), (0, 0.6), (0.6, 0.3), (0, 0.6)]
    assert bars == [pytest.approx(bar) for bar in expected]


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_rows_amounts_and_shares_are_written_beside():
    ax = plots.cleaning_ledger(ledger(("classify", "return without a sale", 25, -50.0)))
    assert texts(ax)[3:] == [
        *("Rows", "100", "25", "75"),
        *("Share", "100.0%", "25.0%", "75.0%"),
        *("Amount", "200", "−50", "250"),
        *("Share", "100.0%", "−25.0%", "125.0%"),
    ]


def test_reasons_that_took_nothing_are_left_out_unless_asked_for():
    entries = ("clean", "quantity zero", 0, 0.0), ("classify", "part of a sale taken back", 0, 5.0)
    assert "quantity zero" not in texts(plots.cleaning_ledger(ledger(*entries)))
    assert "part of a sale taken back" in texts(plots.cleaning_ledger(ledger(*entries)))
    assert "quantity zero" in texts(plots.cleaning_ledger(ledger(*entries), zeros=True))


def test_unknown_reasons_and_steps_are_drawn():
    ax = plots.cleaning_ledger(ledger(("audit", "not to be trusted", 5, 1.0)), language="zh")
    assert "not to be trusted" in texts(ax)


def test_what_does_not_add_up_is_refused():
    wrong = ledger(("clean", "amount zero", 5, 1.0)).assign(rows=[100, 5, 90])
    with pytest.raises(ValueError, match="does not add up: 100 rows came in, 95 are accounted for"):
        plots.cleaning_ledger(wrong)
    with pytest.raises(ValueError, match="must begin with the order lines received"):
        plots.cleaning_ledger(ledger().head(1))


def test_every_reason_of_cleaning_is_in_the_catalogue():
    """Holds the catalogue and kehu.orders.clean together."""
    shop = kehu.simulate.messy_orders(2000, random_state=1)
    found = kehu.orders.clean(shop.orders, start="2000-01-01", non_products=["postage"]).ledger
    assert len(found) > 15
    for text in [*found["reason"], *found["step"]]:
        assert translate(text, "zh") != text
    assert "收到的订单行" in texts(plots.cleaning_ledger(found, language="zh"))
