"""Run contestants one after the other, each in a process of its own, and compare time and peak memory."""

import argparse
import ctypes
import faulthandler
import gc
import json
import mmap
import platform
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

README = Path(__file__).with_name("README.md")


def measure(script: str, contestant: str, *arguments: object) -> dict:
    """Run ``script --child contestant …`` and read what it measured of itself."""
    command = [sys.executable, script, "--child", contestant, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == -9:
        return {"failed": "out of memory"}
    if done.returncode and "Timeout (" in done.stderr:
        return {"failed": "too slow"}
    if done.returncode:
        return {
            "failed": done.stderr.strip().splitlines()[-1]
            if done.stderr.strip()
            else f"exit {done.returncode}"
        }
    return json.loads(done.stdout.splitlines()[-1])


def child(work: Callable[..., object], *arguments: object) -> None:
    """Do the work once and print time, peak memory and result as one line of JSON."""
    _die_first_when_memory_runs_out()
    start = time.perf_counter()
    result = work(*arguments)
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "gigabytes": _peak_gigabytes(), "result": result}))


def child_call(call: Callable[[], object], summary: Callable[[object], object], limit: float) -> None:
    """Time a call alone, with the memory it takes above what is held before; give up after ``limit`` seconds.

    Short calls are repeated, for a second at most. Memory is that of the first.
    """
    _die_first_when_memory_runs_out()
    gc.collect()
    before = _forget_peak()
    seconds: list[float] = []
    while not seconds or (len(seconds) < 5 and sum(seconds) < 1):
        result = None  # the last one's memory is free again
        # A thread outside Python ends the process even while a peer's compiled code holds the interpreter.
        faulthandler.dump_traceback_later(limit, exit=True)
        start = time.perf_counter()
        result = call()
        seconds.append(time.perf_counter() - start)
        if len(seconds) == 1:
            peak = _peak_gigabytes()
    faulthandler.cancel_dump_traceback_later()
    measured = {"seconds": statistics.median(seconds), "gigabytes": peak, "above": peak - before}
    print(json.dumps({**measured, "result": summary(result)}))


def touch_memory(gigabytes: float) -> None:
    """Write to fresh memory and give it back.

    A virtual machine gets memory from its host when it is first touched, at seconds a gigabyte; whoever runs
    first would pay for all.
    """
    size = int(gigabytes * 1e9)
    with mmap.mmap(-1, size) as fresh:
        for place in range(0, size, mmap.PAGESIZE):
            fresh[place] = 1


def _forget_peak() -> float:
    """Give free memory back, start the peak anew where the system can, and tell the gigabytes held."""
    import psutil

    if sys.platform == "linux":
        system = ctypes.CDLL(None)
        if hasattr(system, "malloc_trim"):
            system.malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5")
    return psutil.Process().memory_info().rss / 1e9


def _die_first_when_memory_runs_out() -> None:
    """Let Linux end this process, and not another one of the machine."""
    score = Path("/proc/self/oom_score_adj")
    if score.exists():
        score.write_text("1000")


def _peak_gigabytes() -> float:
    if sys.platform == "win32":
        import psutil

        return psutil.Process().memory_info().peak_wset / 1e9
    if sys.platform == "linux":  # not getrusage: there a process begins with the peak of its parent
        status = Path("/proc/self/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024 / 1e9
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e9 if sys.platform == "darwin" else peak * 1024 / 1e9


def compare(script: str, contestants: Iterable[str], runs: int, *arguments: object) -> list[dict]:
    """Take turns, so that a slow minute of the machine hits all alike; give medians by contestant."""
    contestants = list(contestants)
    measured: dict[str, list[dict]] = {name: [] for name in contestants}
    for turn in range(runs):
        for name in contestants:
            measured[name].append(measure(script, name, *arguments))
            last = measured[name][-1]
            shown = last.get("failed") or f"{last['seconds']:.2f} s, {last['gigabytes']:.2f} GB"
            print(f"  run {turn + 1} {name}: {shown}", file=sys.stderr, flush=True)
    return [median(name, results) for name, results in measured.items()]


def median(name: str, results: list[dict]) -> dict:
    """Put the runs of a contestant together."""
    failed = next((result["failed"] for result in results if "failed" in result), None)
    if failed:
        return {"name": name, "failed": failed}
    numbers = [key for key in results[0] if key != "result"]
    middle = {key: statistics.median(result[key] for result in results) for key in numbers}
    return {"name": name, **middle, "result": results[0]["result"]}


def machine(*packages: str) -> str:
    """Say what the table was measured with."""
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return f"Python {platform.python_version()}, {platform.system()} {platform.machine()}; {versions}"


def write_section(name: str, text: str) -> None:
    """Put a table into the README, in place of the last one of that name."""
    marks = f"<!-- {name} -->", f"<!-- end {name} -->"
    block = f"{marks[0]}\n{text.strip()}\n{marks[1]}"
    page = README.read_text(encoding="utf-8") if README.exists() else "# Benchmarks\n"
    pattern = re.compile(f"{marks[0]}.*?{marks[1]}", re.DOTALL)
    page = pattern.sub(lambda _: block, page) if pattern.search(page) else f"{page.rstrip()}\n\n{block}\n"
    README.write_text(page, encoding="utf-8")


def parser(description: str) -> argparse.ArgumentParser:
    """Arguments that every benchmark has."""
    arguments = argparse.ArgumentParser(description=description)
    arguments.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    arguments.add_argument("--runs", type=int, default=3, help="runs of each contestant, in turn (default 3)")
    arguments.add_argument("--write", action="store_true", help="store the table in benchmarks/README.md")
    return arguments
