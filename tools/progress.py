"""Where a run of notebooks is: one bar on a terminal, plain lines elsewhere."""

import asyncio
import sys
from typing import Self

from tqdm import tqdm


class Progress:
    """A bar over all cells that names each running notebook and its cell; without a terminal, lines."""

    def __init__(self, notebooks: int) -> None:
        self.running: dict[str, tuple[int, int]] = {}
        self.done = 0
        self.notebooks = notebooks
        form = "{bar:20} {elapsed}  {desc}"
        self.bar = tqdm(
            total=notebooks, bar_format=form, file=sys.stdout, disable=not sys.stdout.isatty(), leave=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.close()

    async def tick(self) -> None:
        """Keep the clock of the bar going during long cells."""
        while not self.bar.disable:
            await asyncio.sleep(1)
            self.bar.refresh()

    def started(self, name: str, cells: int) -> None:
        self.running[name] = (0, cells)
        if self.bar.disable:
            print(f"  {name}: started", flush=True)
        self._show()

    def at(self, name: str, cell: int) -> None:
        self.running[name] = (cell, self.running[name][1])
        self._show()

    def finished(self, name: str, status: str) -> None:
        del self.running[name]
        self.done += 1
        self.bar.write(f"  {name}: {status}", file=sys.stdout)
        sys.stdout.flush()
        self._show()

    def _show(self) -> None:
        """A notebook counts as done by the share of its cells."""
        parts = [f" · {name} cell {cell}/{cells}" for name, (cell, cells) in self.running.items()]
        self.bar.n = self.done + sum(
            max(cell - 1, 0) / cells for cell, cells in self.running.values() if cells
        )
        self.bar.set_description_str(f"{self.done} of {self.notebooks} done" + "".join(parts))
