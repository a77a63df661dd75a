"""The page that shows all saved figures with their captions."""

from pathlib import Path
from typing import Any

from kehu._files import staged
from kehu.figures import record

_TITLE = """# Figures · 图表

Every chart in English and in Chinese. This page is written by `kehu.figures.write_gallery`; do not edit it.

本页由 `kehu.figures.write_gallery` 自动生成，请勿手工修改。
"""


def write_gallery(folder: str | Path | None = None) -> Path:
    """Write ``README.md`` beside the saved figures: pictures, captions in both languages, notebook.

    Parameters
    ----------
    folder : path, optional
        Where the figures are; the project's ``figures`` when not given.

    Returns
    -------
    pathlib.Path
        The page.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    OSError
        If it cannot be written.
    """
    folder = record.place(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder}; save a figure first")
    entries = [record.read(path) for path in sorted(folder.glob("*.json"))]
    shown = [entry for entry in entries if entry and _exists(entry, folder)]
    text = "\n".join([_TITLE, *(_section(entry, folder) for entry in shown)])
    with staged(folder) as stage:
        (stage / "README.md").write_bytes(text.encode())
    return folder / "README.md"


def _exists(entry: dict[str, Any], folder: Path) -> bool:
    pictures = (folder / f"{entry['stem']}.png", folder / f"{entry['stem']}.zh.png")
    return entry["kind"] == "figure" and all(picture.is_file() for picture in pictures)


def _section(entry: dict[str, Any], folder: Path) -> str:
    stem, caption = entry["stem"], entry["caption"]
    english, chinese = (" ".join(caption[language].split()) for language in ("en", "zh"))
    return "\n".join(
        (
            f"## {stem}",
            "",
            f"| ![{_cell(english)}]({stem}.png) | ![{_cell(chinese)}]({stem}.zh.png) |",
            "|---|---|",
            f"| {_cell(english)} | {_cell(chinese)} |",
            "",
            *_source(entry, folder),
        )
    )


def _source(entry: dict[str, Any], folder: Path) -> list[str]:
    """Name the notebook, with a link where it lies beside the folder."""
    if not entry.get("notebook"):
        return []
    found = sorted((folder.resolve().parent / "notebooks").glob(f"{entry['notebook']}_*.ipynb"))
    if len(found) == 1:
        return [f"Notebook: [{found[0].stem}](../notebooks/{found[0].name})", ""]
    return [f"Notebook: {entry['notebook']}", ""]


def _cell(text: str) -> str:
    return text.replace("<", "&lt;").replace("|", "\\|").replace("[", "\\[").replace("]", "\\]")
