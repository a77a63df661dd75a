"""Tasks that contestants do in turn: which, on what, who must agree with whom, and what is said of it."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import _side_by_side as side_by_side
import numpy as np

Data = dict[str, np.ndarray]
Call = Callable[[], object]
# Runs that took longer than this are not repeated; nobody gets more than the limit for a call.
ONCE, LIMIT, QUICK_LIMIT = 20, 300, 30


@dataclass(frozen=True)
class Task:
    """What is done, by whom, what must agree, on which data, and how much faster kehu should be.

    ``data`` names what is drawn, in the ``sizes``; the goals are for the size ``at``.
    """

    name: str
    contestants: dict[str, Callable[[Data], Call]]
    summary: Callable[[object], list[float]]
    data: str
    sizes: tuple[int, ...]
    goals: dict[str, float] = field(default_factory=dict)
    at: int = 0
    tolerance: float = 1e-6


def child(task: Task, name: str, path: str, limit: str, first: Callable[[Data], Data]) -> None:
    """Time one contestant in this process, after a warm-up on the ``first`` few of the data."""
    with np.load(path) as stored:
        given = {column: stored[column] for column in stored.files}
    ready = task.contestants[name]
    ready(first(given))()
    # More than any contestant needs besides the data.
    side_by_side.touch_memory(0.5 + 4 * sum(values.nbytes for values in given.values()) / 1e9)
    side_by_side.child_call(ready(given), task.summary, float(limit))


def compete(
    script: str, key: str, task: Task, n: int, path: Path, runs: int, limit: float, slow: dict[str, float]
) -> list[dict]:
    """Let the contestants take turns; ``slow`` remembers how long a unit of size takes them at least."""
    measured: dict[str, list[dict]] = {}
    for turn in range(runs):
        for name in task.contestants:
            before = measured.get(name, [])
            if any(one.get("seconds", ONCE) >= ONCE for one in before):
                continue
            if n * slow.get(name, 0) > limit:
                one = {"failed": "not run"}
            else:
                one = side_by_side.measure(script, name, key, path, limit)
            if one.get("failed") == "too slow":
                one["limit"] = limit
            measured.setdefault(name, []).append(one)
            slow[name] = max(slow.get(name, 0), one.get("seconds", one.get("limit", 0)) / n)
            shown = one.get("failed") or f"{one['seconds']:.3f} s, {1000 * one['above']:.0f} MB"
            print(f"  {task.name}, {n:,}, run {turn + 1}, {name}: {shown}", file=sys.stderr, flush=True)
    results = [
        side_by_side.median(name, found) | {"limit": found[0].get("limit")}
        for name, found in measured.items()
    ]
    if "failed" in results[0]:
        raise SystemExit(f"{task.name}, {n:,}: kehu failed: {results[0]['failed']}")
    _check_agreement(task, n, results)
    return results


def _check_agreement(task: Task, n: int, results: list[dict]) -> None:
    found = {result["name"]: result["result"] for result in results if "result" in result}
    own = found["kehu"]
    for name, other in found.items():
        same = len(own) == len(other) and np.allclose(other, own, rtol=task.tolerance, atol=0)
        if not same:
            raise SystemExit(f"{task.name}, {n:,}: {name} finds {other}, kehu {own}")


# What is said of it.

HEAD = [
    "| what | size | with | seconds | to kehu | MB above input | to kehu | peak MB |",
    "| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |",
]


def table(task: Task, n: int, results: list[dict]) -> list[str]:
    own, rows = results[0], []
    for result in results:
        cells = [task.name, f"{n:,}", result["name"]]
        if result["limit"]:
            cells += [f"> {result['limit']:.0f}", f"> {_times(result['limit'] / own['seconds'])}", "", "", ""]
        elif "failed" in result:
            cells += [result["failed"], "", "", "", ""]
        else:
            cells += [f"{result['seconds']:.3f}", _times(result["seconds"] / own["seconds"])]
            # Below a megabyte a ratio says nothing.
            times = _times(result["above"] / own["above"]) if own["above"] > 0.001 else ""
            cells += [f"{1000 * result['above']:.0f}", times]
            cells.append(f"{1000 * result['gigabytes']:.0f}")
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def _times(ratio: float) -> str:
    return f"{ratio:.0f}×" if ratio >= 20 else f"{ratio:.2f}×"


def growth(task: Task, seconds: dict[int, float]) -> str:
    """Say how much longer kehu takes for more."""
    sizes = sorted(seconds)
    steps = [
        f"{more / less:g} times the size ({more:,}) takes {seconds[more] / seconds[less]:.1f} times as long"
        for less, more in pairwise(sizes)
    ]
    return f"- {task.name}: {'; '.join(steps)}."


def verdicts(task: Task, results: list[dict]) -> list[str]:
    """Say whether the peers take as many times as long as they should."""
    said, own = [], results[0]["seconds"]
    for result in results[1:]:
        least, taken = task.goals.get(result["name"]), result.get("seconds", result["limit"])
        if least and taken:
            ratio = taken / own
            stopped = "> " if "seconds" not in result else ""
            word = "met" if ratio >= least else "not decided" if stopped else "**missed**"
            name = result["name"]
            said.append(
                f"- {task.name}, {task.at:,}, {least:g} times as fast as {name}: {word}, "
                f"{stopped}{_times(ratio)}."
            )
    return said


def run(
    script: str,
    tasks: dict[str, Task],
    draw: Callable[[str, int], Path],
    first: Callable[[Data], Data],
    quick: Callable[[Task], tuple[int, ...]],
    notes: str,
    packages: tuple[str, ...],
) -> None:
    """Do what the command line asks: a table of the tasks, or one contestant's turn in this process.

    ``draw`` stores data of a kind and size, ``first`` takes a few of them, ``quick`` tells sizes to try out.
    """
    title, section = sys.modules["__main__"].__doc__.splitlines()[0].rstrip("."), Path(script).stem
    arguments = side_by_side.parser(title)
    arguments.add_argument("--quick", action="store_true", help="one round of small sizes, to try it out")
    arguments.add_argument("--only", nargs="+", choices=tasks, default=list(tasks), help="some of the tasks")
    arguments.add_argument("--most", type=int, help="leave out sizes above this")
    arguments.add_argument("--limit", type=float, default=LIMIT, help=f"seconds for a call (default {LIMIT})")
    chosen = arguments.parse_args()
    if chosen.child:
        name, key, path, limit = chosen.child
        child(tasks[key], name, path, limit, first)
        return
    if chosen.write and (chosen.quick or chosen.most or len(chosen.only) < len(tasks)):
        arguments.error("only the figures of all tasks at all sizes are to be written")
    runs, limit = (1, QUICK_LIMIT) if chosen.quick else (chosen.runs, chosen.limit)
    lines, grown, reached = list(HEAD), [], []
    for key in chosen.only:
        task, slow, seconds = tasks[key], {}, {}
        sizes = quick(task) if chosen.quick else [n for n in task.sizes if n <= (chosen.most or n)]
        for n in sizes:
            results = compete(script, key, task, n, draw(task.data, n), runs, limit, slow)
            lines += table(task, n, results)
            seconds[n] = results[0]["seconds"]
            reached += verdicts(task, results) if n == task.at else []
        grown += [growth(task, seconds)] if len(seconds) > 1 else []
    said = [
        f"Medians of {runs} runs in turn, each in a fresh process; a run over {ONCE} s is not repeated, one "
        f"that takes more than {limit:.0f} s is stopped, and not begun where a smaller size shows that it "
        "would. Only the call is timed, its memory is the peak. Fresh memory is written to beforehand, as a "
        f"virtual machine hands it out slowly. {notes} {side_by_side.machine(*packages)}."
    ]
    if grown:
        said += ["Growth of kehu's time:", "\n".join(grown)]
    if reached:
        said += ["Goals:", "\n".join(reached)]
    text = "\n\n".join(["\n".join(lines), *said])
    print(text)
    if chosen.write:
        side_by_side.write_section(section, f"## {title.partition(':')[0]}\n\n{text}")
