"""What a run of the notebooks is to do, from its options; wrong ones end it before any work starts.

Standard library only: this runs before the set-up.
"""

import ast
import difflib
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tools.environment import ROOT


class Wrong(Exception):
    """An option that cannot be followed; run.py prints the sentence and ends with status 2."""


def make(
    *,
    only: Sequence[str] = (),
    language: str = "en",
    parameters: Sequence[str] = (),
    orders: str | None = None,
    columns: Sequence[str] = (),
    in_place: bool = False,
    root: Path = ROOT,
) -> dict[str, Any]:
    """The plan that tools.notebooks carries out, ready for JSON.

    One rule decides where the results go. A run with every parameter at its default writes `figures/`,
    `build/notebooks/` and `build/report/`. Any other writes to a folder of its own, emptied before:
    `build/my-orders/` with the user's orders, `build/my-parameters/` else.
    """
    notebooks = choose(all_notebooks(root), only)
    known = {notebook: parameter_names(notebook) for notebook in notebooks}
    wanted = dict(assignment(text) for text in parameters)
    language = str(wanted.pop("language", language))
    if columns and orders is None:
        raise Wrong("--map says which columns of --orders to use; give --orders too")
    if orders is not None:
        wanted |= {"orders_file": orders_file(orders), "orders_columns": column_map(columns)}
    check_names(wanted, known, orders_given=orders is not None)
    if wanted:
        needed = {"orders_file", "orders_columns"} if orders is not None else set()
        known = {path: names for path, names in known.items() if names & wanted.keys() and names >= needed}
    if language != "en":
        wanted["language"] = language
    if wanted and in_place:
        raise Wrong(
            "--in-place stores the notebooks that belong to the project, so it goes only with their defaults"
        )
    mine = root / "build" / ("my-orders" if orders is not None else "my-parameters") if wanted else None
    return {
        "notebooks": [
            {"path": str(path), "cell": "\n".join(f"{n} = {v!r}" for n, v in wanted.items() if n in names)}
            for path, names in known.items()
        ],
        "source": str(root / "notebooks"),
        "language": language,
        "build": str(root / "build"),
        "fresh": str(mine) if mine else None,
        "figures": str((mine or root) / "figures"),
        "copies": str((mine or root / "build") / "notebooks"),
        "report": str((mine or root / "build") / "report"),
        "in_place": in_place,
        "gallery": bool(mine) or not only,
    }


def all_notebooks(root: Path = ROOT) -> list[Path]:
    return sorted((root / "notebooks").glob("*.ipynb"))


def choose(notebooks: Sequence[Path], only: Sequence[str]) -> list[Path]:
    """The notebooks whose number, or whole name, is asked for; all of them without a wish."""
    if not notebooks:
        raise Wrong("there is no notebook in notebooks/")
    if not only:
        return list(notebooks)
    chosen: set[Path] = set()
    for wish in only:
        found = {
            path
            for path in notebooks
            if wish.removesuffix(".ipynb") == path.stem or number(path) == wish.zfill(2)
        }
        if not found:
            there = "\n".join(f"  {path.stem}" for path in notebooks)
            raise Wrong(f"--only {wish}: no notebook has this number. There are:\n{there}")
        chosen |= found
    return [path for path in notebooks if path in chosen]


def number(path: Path) -> str:
    return path.stem.partition("_")[0]


def parameter_names(notebook: Path) -> set[str]:
    """Names that the cell tagged `parameters` gives a value."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", ())]
        trees = [ast.parse("".join(cell["source"])) for cell in tagged]
    except (ValueError, KeyError, TypeError, SyntaxError) as error:
        raise Wrong(f"{notebook.name} cannot be read as a notebook: {error}") from error
    statements = [statement for tree in trees for statement in tree.body]
    targets = [target for s in statements if isinstance(s, ast.Assign) for target in s.targets]
    targets += [s.target for s in statements if isinstance(s, ast.AnnAssign)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def assignment(text: str) -> tuple[str, Any]:
    """``NAME=VALUE``; the value as Python writes it, or else as it stands."""
    name, equals, value = text.partition("=")
    if not (equals and name.strip().isidentifier()):
        raise Wrong(f"-p {text}: write NAME=VALUE, for example -p min_support=0.002")
    try:
        return name.strip(), ast.literal_eval(value.strip())
    except (ValueError, SyntaxError):
        return name.strip(), value


def orders_file(name: str) -> str:
    path = Path(name).expanduser().absolute()
    if not path.is_file():
        what = "is a folder; name the file in it" if path.is_dir() else "is not there"
        raise Wrong(f"--orders {name}: {path} {what}")
    return str(path)


def column_map(texts: Sequence[str]) -> dict[str, str] | None:
    """``kehu's name=name in the file`` pairs, or None when the file has kehu's names already."""
    columns: dict[str, str] = {}
    for pair in (pair for text in texts for pair in re.split("[,，]", text) if pair.strip()):
        ours, equals, theirs = (part.strip() for part in pair.partition("="))
        if not (ours and equals and theirs):
            raise Wrong(
                f"--map {pair}: write OURS=YOURS, for example --map customer_id=buyer,ordered_at=time"
            )
        if ours in columns:
            raise Wrong(f"--map names {ours} twice: {columns[ours]} and {theirs}")
        columns[ours] = theirs
    return columns or None


def check_names(wanted: Iterable[str], known: dict[Path, set[str]], *, orders_given: bool) -> None:
    """Every parameter asked for is one of some chosen notebook."""
    names = set().union(*known.values())
    for name in wanted:
        if name in names:
            continue
        if orders_given and name in {"orders_file", "orders_columns"}:
            raise Wrong(f"--orders: none of the chosen notebooks takes orders of your own (parameter {name})")
        close = difflib.get_close_matches(name, names, n=1, cutoff=0.0)
        hint = f"; did you mean {close[0]}?" if close else ""
        there = ", ".join(sorted(names)) or "none"
        raise Wrong(f"-p {name}: no chosen notebook has this parameter{hint} (parameters there: {there})")
