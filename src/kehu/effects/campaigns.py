"""Whom a campaign addressed, and whom other campaigns reached meanwhile."""

from typing import Any

import numpy as np
import pandas as pd

from kehu import frames
from kehu.effects.panel import check_periods, refuse_choice
from kehu.lifecycle._purchases import moment_of


def campaign_groups(
    addressed: pd.DataFrame,
    campaigns: pd.DataFrame,
    campaign: Any,
    *,
    before: int = 112,
    after: int = 56,
    customer: str = "customer_id",
    campaign_id: str = "campaign_id",
    start: str = "start_date",
    end: str = "end_date",
) -> pd.DataFrame:
    """List whom a campaign addressed, and who cannot be compared as another campaign reached him meanwhile.

    Parameters
    ----------
    addressed : dataframe
        One row a campaign and customer addressed: never a table of redemptions.
    campaigns : dataframe
        One row a campaign with its first and last day.
    campaign : object
        The campaign looked at.
    before, after : int
        Days before its start and from it on in which no other campaign may run.
    customer, campaign_id, start, end : str
        Columns.

    Returns
    -------
    pandas.DataFrame
        One row a customer who was addressed by any campaign running in these days: ``customer_id``,
        ``addressed`` (by this campaign), ``others`` (how many other campaigns reached him). Who is not in it
        was left in peace. ``attrs["start"]`` is the first day of the campaign.

    Raises
    ------
    KeyError
        If a column or the campaign is missing.
    ValueError
        If a date or a customer is missing, the campaign addressed nobody or has two rows, or the table is one
        of redemptions.

    Examples
    --------
    >>> sent = pd.DataFrame({"campaign_id": [1, 1, 2], "customer_id": ["a", "b", "b"]})
    >>> dates = pd.DataFrame({"campaign_id": [1, 2],
    ...     "start_date": pd.to_datetime(["2017-05-01", "2017-06-01"]),
    ...     "end_date": pd.to_datetime(["2017-05-31", "2017-06-30"])})
    >>> campaign_groups(sent, dates, 1)
      customer_id  addressed  others
    0           a       True       0
    1           b       True       1
    """
    for name, value in (("before", before), ("after", after)):
        check_periods(value, name, 0)
    if isinstance(addressed, pd.DataFrame):
        refuse_choice(addressed, "addressed")
    sent = frames.select(addressed, {"customer_id": customer, "campaign": campaign_id}, what="addressed")
    dates = frames.select(campaigns, {"campaign": campaign_id, "start": start, "end": end}, what="campaigns")
    moments = {name: frames.times(dates[name], name).astype("datetime64[D]") for name in ("start", "end")}
    if any(np.isnat(moment).any() for moment in moments.values()):
        raise ValueError("a campaign has no first or last day")
    names = dates["campaign"].astype("str")
    here = np.flatnonzero((names == str(campaign)).to_numpy())
    if not len(here):
        raise KeyError(f"there is no campaign {campaign!r}; {frames.closest(campaign, names)}")
    if len(here) > 1:
        raise ValueError(f"campaigns has {len(here)} rows for campaign {campaign!r}; keep one")
    begin = moments["start"][here[0]]
    meanwhile = (moments["start"] < begin + np.timedelta64(after, "D")) & (
        moments["end"] >= begin - np.timedelta64(before, "D")
    )
    if sent["customer_id"].isna().any():
        row = int(sent["customer_id"].isna().to_numpy().argmax())
        raise ValueError(f"{customer} of addressed is missing in row {row}")
    sent = sent.assign(campaign=sent["campaign"].astype("str")).drop_duplicates()
    if not (sent["campaign"] == str(campaign)).any():
        raise ValueError(f"campaign {campaign!r} addressed nobody; there is no effect to look for")
    sent = sent[sent["campaign"].isin(set(names[meanwhile]))]
    mine = sent["campaign"] == str(campaign)
    grouped = mine.groupby(sent["customer_id"], observed=True, sort=False)
    table = pd.DataFrame({"addressed": grouped.any(), "others": grouped.size() - grouped.sum()}).reset_index()
    table.attrs["start"] = moment_of(int(begin.astype(np.int64)))
    return table
