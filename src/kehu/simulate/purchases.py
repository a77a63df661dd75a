"""Orders of customers whose rates, lifetimes and amounts are known, and of customers who are all alike."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kehu.frames import closest
from kehu.simulate.baskets import check_count

# The published estimates for CDNOW (time in weeks there, in days here).
_BUYING = {
    "bgnbd": {"r": 0.243, "alpha": 4.414 * 7, "a": 0.793, "b": 2.426},
    "mbgnbd": {"r": 0.525, "alpha": 6.183 * 7, "a": 0.891, "b": 1.614},
    "paretonbd": {"r": 0.553, "alpha": 10.578 * 7, "s": 0.606, "beta": 11.669 * 7},
    "poisson": {"rate": 0.02},
}
_SPENDING = {"p": 6.25, "q": 3.74, "v": 15.44}
_DAY = 86_400_000_000  # microseconds


@dataclass(frozen=True)
class Purchases:
    """Simulated orders and the truth about the customers.

    Attributes
    ----------
    orders : pandas.DataFrame
        ``customer_id``, ``order_id``, ``ordered_at``, ``amount``, in order of time; one line an order.
    truth : pandas.DataFrame
        Index ``customer_id``: ``first_order``; ``rate``, orders a day while active; ``mean_amount``;
        ``lost_at``, days after the first order at which the customer was lost (infinite if not within the
        time simulated); ``alive``, whether still active at the end. For ``bgnbd`` and ``mbgnbd`` also
        ``dropout``, the chance to be lost after an order.
    parameters : dict of str to float
        Parameters of the process and of spending; times in days.
    process : str
        The process.
    start, end : pandas.Timestamp
        The first day and the last.
    """

    orders: pd.DataFrame
    truth: pd.DataFrame
    parameters: dict[str, float]
    process: str
    start: pd.Timestamp
    end: pd.Timestamp


def purchases(
    n_customers: int,
    *,
    process: str = "bgnbd",
    days: int = 546,
    joining: int = 84,
    parameters: Mapping[str, float] | None = None,
    start: str = "2016-01-01",
    random_state: int | np.random.Generator | None = None,
) -> Purchases:
    r"""Simulate the orders of a cohort by a process that models of lifetime value assume.

    A customer's first order comes at an even moment of the first ``joining`` days. From then on orders
    follow at the rate :math:`\lambda` of the customer while active.

    - ``"bgnbd"``: :math:`\lambda \sim \Gamma(r, \alpha)`; after each repeat order the customer is lost with
      chance :math:`p \sim B(a, b)` (Fader, Hardie & Lee 2005).
    - ``"mbgnbd"``: the same, and also after the first order (Batislam, Denizel & Filiztekin 2007).
    - ``"paretonbd"``: :math:`\lambda` as before; lost at rate :math:`\mu \sim \Gamma(s, \beta)` (Schmittlein,
      Morrison & Colombo 1987).
    - ``"poisson"``: the same ``rate`` for all, and nobody is lost.

    Amounts do not depend on the rate: :math:`z \sim \Gamma(p, \nu)` with :math:`\nu \sim \Gamma(q, v)`, mean
    :math:`p / \nu` (Fader & Hardie's gamma-gamma); :math:`\Gamma` has shape and rate.

    Parameters
    ----------
    n_customers : int
        Number of customers; each has at least the first order.
    process : {"bgnbd", "mbgnbd", "paretonbd", "poisson"}
        How customers buy.
    days : int
        Length of the time simulated.
    joining : int
        First days in which customers join.
    parameters : mapping of str to float, optional
        Parameters that differ from the published estimates for CDNOW: ``r``, ``alpha``, ``a``, ``b``, ``s``,
        ``beta``, ``rate`` as the process has them, and ``p``, ``q``, ``v`` of spending; times in days.
    start : str
        First day.
    random_state : int or numpy.random.Generator, optional
        Seed.

    Returns
    -------
    Purchases

    Raises
    ------
    ValueError
        If a number is out of range.
    KeyError
        If the process or a parameter is unknown.
    TypeError
        If a number of things is not whole.

    Examples
    --------
    >>> shop = purchases(500, process="paretonbd", random_state=1)
    >>> shop.orders["customer_id"].nunique(), shop.truth["alive"].mean().round(2)
    (500, np.float64(0.33))
    """
    if process not in _BUYING:
        raise KeyError(f"there is no process {process!r}; {closest(process, _BUYING)}")
    found = _parameters(parameters, _BUYING[process] | _SPENDING, process)
    rng = np.random.default_rng(random_state)
    begin = _checked(n_customers, days, joining, start)
    n = n_customers
    joined = rng.random(n) * joining
    truth = {"rate": np.full(n, found["rate"])} if process == "poisson" else {}
    if process != "poisson":
        truth["rate"] = rng.gamma(found["r"], 1 / found["alpha"], n)
    lost = np.full(n, np.inf)
    if process == "paretonbd":
        death = rng.gamma(found["s"], 1 / found["beta"], n)
        lost = rng.exponential(size=n) / np.maximum(death, np.finfo(float).tiny)
    elif process != "poisson":
        truth["dropout"] = rng.beta(found["a"], found["b"], n)
        if process == "mbgnbd":
            lost[rng.random(n) < truth["dropout"]] = 0.0
    customer, age = _orders(truth["rate"], truth.get("dropout"), lost, days - joined, rng)
    spending = rng.gamma(found["q"], 1 / found["v"], n)
    mean_amount = found["p"] / np.maximum(spending, np.finfo(float).tiny)
    amount = rng.gamma(found["p"], 1 / found["p"], len(customer)) * mean_amount[customer]
    truth |= {"mean_amount": mean_amount, "lost_at": lost}
    return _shop(customer, age, amount, joined, truth, found, process, begin, days)


def identical_customers(
    n_customers: int,
    *,
    days: int = 731,
    rate: float = 0.02,
    mean_amount: float = 50.0,
    spread: float = 0.8,
    start: str = "2016-01-01",
    random_state: int | np.random.Generator | None = None,
) -> Purchases:
    """Simulate a shop in which all customers are alike: scores, segments and types find nothing but luck.

    All order at the same rate, at moments that do not depend on each other (a Poisson process), from the
    first day to the last; nobody is lost. Amounts are log-normal and the same lottery for all.

    Parameters
    ----------
    n_customers : int
        Number of customers; those who happened not to order are in ``truth`` alone.
    days : int
        Length of the time simulated; 731 days from 2016 on are two whole years.
    rate : float
        Orders a day of each customer.
    mean_amount : float
        Mean amount of an order.
    spread : float
        Standard deviation of the logarithm of amounts.
    start : str
        First day.
    random_state : int or numpy.random.Generator, optional
        Seed.

    Returns
    -------
    Purchases

    Raises
    ------
    ValueError
        If a number is out of range.
    TypeError
        If a number of things is not whole.

    Examples
    --------
    >>> shop = identical_customers(100, random_state=1)
    >>> shop.truth[["rate", "mean_amount"]].nunique().tolist()
    [1, 1]
    """
    begin = _checked(n_customers, days, 0, start)
    found = {"rate": rate, "mean_amount": mean_amount, "spread": spread}
    for name, number in found.items():
        if not 0 < number < np.inf:
            raise ValueError(f"{name} must be positive, got {number!r}")
    rng = np.random.default_rng(random_state)
    customer = np.repeat(np.arange(n_customers), rng.poisson(rate * days, n_customers))
    if not len(customer):
        raise ValueError(f"with rate={rate!r} nobody ordered in {days} days; take a higher rate")
    age = rng.random(len(customer)) * days
    amount = mean_amount * np.exp(rng.normal(-(spread**2) / 2, spread, len(customer)))
    truth = {
        name: np.full(n_customers, value) for name, value in (("rate", rate), ("mean_amount", mean_amount))
    }
    truth["lost_at"] = np.full(n_customers, np.inf)
    shop = _shop(customer, age, amount, np.zeros(n_customers), truth, found, "poisson", begin, days)
    first = shop.orders.groupby("customer_id", observed=True)["ordered_at"].min()
    shop.truth["first_order"] = first.reindex(shop.truth.index)
    return shop


def _parameters(
    given: Mapping[str, float] | None, default: dict[str, float], process: str
) -> dict[str, float]:
    found = default | dict(given or {})
    for name, number in found.items():
        if name not in default:
            raise KeyError(f"{process} has no parameter {name!r}; {closest(name, default)}")
        if not 0 < number < np.inf:
            raise ValueError(f"parameter {name} must be positive, got {number!r}")
    return {name: float(number) for name, number in found.items()}


def _checked(n_customers: int, days: int, joining: int, start: str) -> pd.Timestamp:
    check_count(n_customers, "n_customers", 1)
    check_count(days, "days", 1)
    check_count(joining, "joining", 0)
    if joining > days:
        raise ValueError(f"joining={joining} must not be more than days={days}")
    return pd.Timestamp(start).normalize()


def _orders(
    rate: np.ndarray, dropout: np.ndarray | None, lost: np.ndarray, time: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Customers and ages at their orders, within ``time``; notes in ``lost`` who is lost after an order."""
    active = np.arange(len(rate))
    age = np.zeros(len(rate))
    customers, ages = [active], [age.copy()]
    rate = np.maximum(rate, np.finfo(float).tiny)
    while len(active):
        age[active] += rng.exponential(size=len(active)) / rate[active]
        active = active[age[active] < np.minimum(time[active], lost[active])]
        customers.append(active)
        ages.append(age[active])
        if dropout is not None:
            gone = rng.random(len(active)) < dropout[active]
            lost[active[gone]] = age[active[gone]]
            active = active[~gone]
    return np.concatenate(customers), np.concatenate(ages)


def _shop(
    customer: np.ndarray,
    age: np.ndarray,
    amount: np.ndarray,
    joined: np.ndarray,
    truth: dict[str, np.ndarray],
    parameters: dict[str, float],
    process: str,
    begin: pd.Timestamp,
    days: int,
) -> Purchases:
    n = len(joined)
    width = len(str(n - 1))
    names = pd.Index([f"C{i:0{width}d}" for i in range(n)])
    moment = np.datetime64(begin, "us") + (_DAY * (joined[customer] + age)).astype("timedelta64[us]")
    in_time = np.argsort(moment, kind="stable")
    orders = pd.DataFrame(
        {
            "customer_id": pd.Categorical.from_codes(customer[in_time], names),
            "order_id": np.arange(len(customer)),
            "ordered_at": moment[in_time],
            "amount": np.maximum(0.01, np.round(amount[in_time], 2)),
        }
    )
    first = np.datetime64(begin, "us") + (_DAY * joined).astype("timedelta64[us]")
    beyond = truth["lost_at"] >= days - joined
    columns = {
        "first_order": first,
        **truth,
        "lost_at": np.where(beyond, np.inf, truth["lost_at"]),
        "alive": beyond,
    }
    return Purchases(
        orders=orders,
        truth=pd.DataFrame(columns, index=names.rename("customer_id")),
        parameters=parameters,
        process=process,
        start=begin,
        end=begin + pd.Timedelta(days=days - 1),
    )
