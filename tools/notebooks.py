"""Run notebooks, two at a time, keep the executed copies and write the report; `run.py` starts this.

The plan of `tools.plan` comes as JSON in the only argument. Every file is written beside its place and then
renamed. A notebook that fails keeps what it had done, names its cell, and lets the others go on.
"""

# ruff: noqa: E402
import signal

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # no traceback when Ctrl-C meets the imports

import asyncio
import json
import os
import re
import shutil
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# jsonschema takes these to check addresses and durations if they are there; a notebook has none of either,
# and the first builds its grammar anew at every import, for 2.5 s.
for slow in ("rfc3987_syntax", "isoduration"):
    sys.modules.setdefault(slow, None)

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode

from kehu._files import staged
from tools.environment import locked
from tools.progress import Progress

AT_ONCE = 2


@dataclass
class Outcome:
    """How a notebook went; stored in the executed copy, where the report finds it."""

    name: str
    seconds: float = 0.0
    warnings: int = 0
    error: str | None = None
    cell: str | None = None

    def __str__(self) -> str:
        if self.error:
            return f"FAILED in {self.cell}: {self.error}"
        number = f", {self.warnings} warning{'s' * (self.warnings > 1)}" if self.warnings else ""
        return f"ok, {self.seconds:.1f} s{number}"


class Client(NotebookClient):
    """nbclient without its signal handlers: it has one set a notebook, and two notebooks run at once here."""

    @asynccontextmanager
    async def async_setup_kernel(self, **options: Any) -> AsyncIterator[None]:
        self.km = self.create_kernel_manager()
        try:
            await self.async_start_new_kernel(**options)
            await self.async_start_new_kernel_client()
            yield
        finally:
            if stopping():
                self.shutdown_kernel = "immediate"
            await self._async_cleanup_kernel()


def stopping() -> bool:
    """Whether Ctrl-C or SIGTERM has ended this notebook."""
    return asyncio.current_task().cancelling() > 0


async def run_all(plan: dict[str, Any], progress: Progress) -> list[Outcome]:
    """All notebooks of the plan, in order, ``AT_ONCE`` at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(job: dict[str, str]) -> Outcome:
        async with gate:
            return await run_one(job, plan, progress)

    ticking = asyncio.create_task(progress.tick())
    try:
        return await asyncio.gather(*map(one, plan["notebooks"]))
    finally:
        ticking.cancel()


async def run_one(job: dict[str, str], plan: dict[str, Any], progress: Progress) -> Outcome:
    """One notebook: executed, its outcome noted in it, the copy stored."""
    source = Path(job["path"])
    outcome = Outcome(source.stem)
    notebook = nbformat.read(source, as_version=4)
    set_parameters(notebook, job["cell"])
    cells = [
        index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code" and cell.source.strip()
    ]
    progress.started(outcome.name, len(cells))

    def at(cell_index: int, **_: object) -> None:
        if cell_index in cells:
            number = cells.index(cell_index) + 1  # the n of its prompt In [n]
            outcome.cell = f"cell {number}"
            progress.at(outcome.name, number)

    client = Client(
        notebook,
        timeout=None,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(source.parent)}},
        on_cell_start=at,
    )
    start = time.perf_counter()
    try:
        with (Path(plan["build"]) / "kernels.log").open("a") as log:  # what libraries write past Python
            await client.async_execute(env=kernel_variables(source, plan), stdout=log, stderr=log)
    except CellExecutionError as error:
        outcome.error = brief(f"{error.ename}: {error.evalue}" if error.evalue else error.ename)
    except DeadKernelError:
        if stopping():  # nbclient takes that for a dead kernel
            raise asyncio.CancelledError from None
        outcome.error = "Python itself died, most often for lack of memory"
    except RuntimeError as error:  # the kernel did not start
        outcome.error, outcome.cell = brief(str(error)), "the start"
    outcome.seconds = time.perf_counter() - start
    outcome.warnings = sum(
        output.output_type == "stream" and output.name == "stderr"
        for cell in notebook.cells
        for output in cell.get("outputs", ())
    )
    store(notebook, source, outcome, plan)
    progress.finished(outcome.name, str(outcome))
    return outcome


def set_parameters(notebook: NotebookNode, source: str) -> None:
    """Put a cell with other values behind the one tagged `parameters`."""
    if not source:
        return
    place = next(i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", ()))
    cell = nbformat.v4.new_code_cell(
        source, id="changed-parameters", metadata={"tags": ["injected-parameters"]}
    )
    notebook.cells.insert(place + 1, cell)


def kernel_variables(source: Path, plan: dict[str, Any]) -> dict[str, str]:
    """Environment of the kernel: static explorers, the place for figures, nothing from the user's IPython."""
    own = {"KEHU_STATIC": "1", "KEHU_FIGURES": plan["figures"], "JPY_SESSION_NAME": str(source)}
    own["IPYTHONDIR"] = str(Path(plan["build"]) / "ipython")
    return {name: value for name, value in os.environ.items() if name != "MPLBACKEND"} | own


def brief(text: str) -> str:
    """First line of an error, uncoloured and cut to what a status line can hold."""
    line = re.sub(r"\x1b\[[0-9;]*m", "", text).strip().partition("\n")[0]
    return line if len(line) <= 300 else line[:299] + "…"


def store(notebook: NotebookNode, source: Path, outcome: Outcome, plan: dict[str, Any]) -> None:
    """The executed copy; for contributors also the notebook itself, when it went well."""
    if plan["in_place"] and not outcome.error:
        with staged(source.parent) as stage:
            nbformat.write(notebook, stage / source.name)
    notebook.metadata["kehu"] = asdict(outcome)
    with staged(plan["copies"]) as stage:
        nbformat.write(notebook, stage / source.name)


def finish(plan: dict[str, Any], outcomes: list[Outcome]) -> int:
    """Gallery, report and the closing lines; the exit status."""
    from tools import report

    figures = Path(plan["figures"])
    if plan["gallery"] and any(figures.glob("*.png")):
        from kehu.figures import write_gallery

        write_gallery(folder=figures)
    copies, source = Path(plan["copies"]), Path(plan["source"])
    for copy in copies.glob("*.ipynb"):
        if not (source / copy.name).exists():  # of a notebook since renamed
            copy.unlink()
    index = report.write(copies, Path(plan["report"]), figures, source=source, language=plan["language"])
    failed = [outcome for outcome in outcomes if outcome.error]
    if len(outcomes) == 1:
        print("The notebook failed." if failed else "The notebook ran.")
    elif failed:
        print(f"{len(failed)} of {len(outcomes)} notebooks failed:")
        print("\n".join(f"  {outcome.name}: {outcome}" for outcome in failed))
    else:
        print(f"All {len(outcomes)} notebooks ran.")
    print(f"Figures: {figures}\nReport:  {index}")
    return 1 if failed else 0


async def supervised(plan: dict[str, Any], progress: Progress) -> list[Outcome]:
    """Run all, and let SIGTERM end it as Ctrl-C does, the kernels stopped."""
    loop = asyncio.get_running_loop()
    if os.name == "posix":
        loop.add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)
    try:
        return await run_all(plan, progress)
    finally:
        if os.name == "posix":
            loop.remove_signal_handler(signal.SIGTERM)


def main(plan: dict[str, Any]) -> int:
    """Carry out the plan; the exit status is 0, 1 when a notebook failed, 130 when stopped."""
    build = Path(plan["build"])
    (build / "ipython").mkdir(parents=True, exist_ok=True)
    waiting = "Another run.py is running notebooks; waiting for it (Ctrl-C to stop waiting) …"
    # The loop that zmq needs on Windows, and the usual one elsewhere.
    with (
        locked(build / "notebooks.lock", waiting),
        asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner,
    ):
        (build / "kernels.log").unlink(missing_ok=True)
        if plan["fresh"]:
            shutil.rmtree(plan["fresh"], ignore_errors=True)
        try:
            with Progress(len(plan["notebooks"])) as progress:
                outcomes = runner.run(supervised(plan, progress))
        except (KeyboardInterrupt, asyncio.CancelledError):
            print("Stopped. What had finished is kept.")
            return 130
        return finish(plan, outcomes)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        sys.exit(main(json.loads(sys.argv[1])))
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        sys.exit(str(error))
