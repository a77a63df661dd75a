"""The definitions, written down as plainly as possible: every set tried, every basket looked at."""

from itertools import combinations

from hypothesis import strategies as st

KINDS = ("all", "closed", "maximal", "generators")


def count(items, lists):
    return sum(set(items) <= set(one) for one in lists)


def frequent(lists, least):
    """Sets and their counts: sets of one item more are tried only where the rest is frequent."""
    items = sorted(set().union(*lists))
    found, level = {}, [()]
    while level:
        tried = [(*one, item) for one in level for item in items if not one or item > one[-1]]
        level = [one for one in tried if count(one, lists) >= least]
        found |= {frozenset(one): count(one, lists) for one in level}
    return found


def of_kind(found, kind):
    """Pick the sets of a kind from all frequent ones."""

    def stays(one):
        more = [other for other in found if one < other]
        if kind == "closed":
            return all(found[other] < found[one] for other in more)
        if kind == "maximal":
            return not more
        if kind == "generators":
            return all(found[one - {item}] > found[one] for item in one if len(one) > 1)
        return True

    return {one: found[one] for one in found if stays(one)}


def splits(items):
    """All rules of a set."""
    for size in range(1, len(items)):
        for consequent in combinations(sorted(items, key=str), size):
            yield frozenset(items - set(consequent)), frozenset(consequent)


def four(antecedent, consequent, lists):
    """Count n11, n10, n01, n00."""
    a, c = ({row for row, one in enumerate(lists) if side <= set(one)} for side in (antecedent, consequent))
    return len(a & c), len(a - c), len(c - a), len(lists) - len(a | c)


@st.composite
def shops(draw, most_items=9, most_baskets=40):
    """Lists of items: few or many, thin or dense, with empty baskets and repeated ones."""
    rng = draw(st.randoms(use_true_random=False))
    n_items, n_baskets = draw(st.integers(1, most_items)), draw(st.integers(1, most_baskets))
    density = draw(st.sampled_from([0.1, 0.3, 0.5, 0.8, 1.0]))
    lists = [[item for item in "abcdefghijklm"[:n_items] if rng.random() < density] for _ in range(n_baskets)]
    if draw(st.booleans()):
        few = lists[:3]
        lists = [rng.choice(few) for _ in lists]
    return lists


def sets_of(frame):
    """Sets and counts of a frame; none may stand there twice."""
    found = dict(zip(frame["itemsets"], frame["count"].tolist(), strict=True))
    assert len(found) == len(frame)
    return found


def rules_of(frame):
    """Rules and their four counts; none may stand there twice."""
    sides = zip(frame["antecedents"], frame["consequents"], strict=True)
    found = dict(zip(sides, map(tuple, frame[["n11", "n10", "n01", "n00"]].values.tolist()), strict=True))
    assert len(found) == len(frame)
    return found
