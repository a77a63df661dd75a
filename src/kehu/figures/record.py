"""What is kept beside a figure or table: names, captions, parameters, versions; and checks of them."""

import json
import math
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import kehu
from kehu._files import figures_folder
from kehu.figures.words import LANGUAGES
from kehu.frames import closest

_STEM = re.compile(r"\w[\w-]*")
_PACKAGES = ("matplotlib", "numpy", "pandas")


@dataclass(frozen=True)
class Saved:
    """What a call has written.

    Attributes
    ----------
    folder : pathlib.Path
        Where the files are.
    files : tuple of str
        Their names.
    """

    folder: Path
    files: tuple[str, ...]

    def __repr__(self) -> str:
        """Show names only, so that notebooks tell no folder of somebody's machine."""
        stem = self.files[0].partition(".")[0]
        return f"saved {stem}: {', '.join(name.removeprefix(stem) for name in self.files)}"


def check_stem(stem: str, kind: str, folder: Path) -> None:
    """Refuse a name that is no plain file name, or that names something of another kind already."""
    if not isinstance(stem, str):
        raise TypeError(f"stem must be text such as '01_orders', got {type(stem).__name__} ({stem!r})")
    if not _STEM.fullmatch(stem):
        raise ValueError(
            f"stem {stem!r} must hold letters, digits, '_' and '-' only; folder and endings are added"
        )
    there = read(folder / f"{stem}.json")
    if there and there["kind"] != kind:
        raise ValueError(
            f"{stem!r} is the name of a {there['kind']} already; name the {kind} otherwise or delete "
            f"{stem}.json"
        )


def check_caption(caption: Mapping[str, str], what: str = "caption") -> dict[str, str]:
    """Refuse a caption that is not given in both languages."""
    if not isinstance(caption, Mapping):
        raise TypeError(f"{what} must be {{'en': …, 'zh': …}}, got {type(caption).__name__} ({caption!r})")
    for language in caption:
        if language not in LANGUAGES:
            raise ValueError(f"{what} has an unknown language {language!r}; {closest(language, LANGUAGES)}")
    for language in LANGUAGES:
        text = caption.get(language)
        if not isinstance(text, str) or not text.strip():
            raise ValueError(f"{what} needs a text for {language!r}, got {text!r}")
    return {language: caption[language].strip() for language in LANGUAGES}


def check_translations(translations: Mapping[str, str] | None) -> dict[str, str]:
    """Refuse translations that are not text to text."""
    for english, chinese in (translations or {}).items():
        if not (isinstance(english, str) and isinstance(chinese, str)):
            raise TypeError(f"translations must map text to text, got {english!r}: {chinese!r}")
    return dict(translations or {})


def place(folder: str | Path | None) -> Path:
    """Folder to write to: the one given or the project's."""
    return Path(folder) if folder is not None else figures_folder()


def names(stem: str, endings: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """Language, ending and file name of everything that exists in both languages."""
    return [
        (language, ending, f"{stem}.{ending}" if language == "en" else f"{stem}.{language}.{ending}")
        for language in LANGUAGES
        for ending in endings
    ]


def entry(
    kind: str, stem: str, caption: dict[str, str], parameters: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The part of a sidecar that figures and tables share."""
    number = re.match(r"(\d+)_", stem)
    return {
        "kind": kind,
        "stem": stem,
        "notebook": number.group(1) if number else None,
        "caption": caption,
        "parameters": plain(dict(parameters or {}), "parameters"),
        "versions": {
            "python": platform.python_version(),
            "kehu": kehu.__version__,
            **{package: version(package) for package in _PACKAGES},
        },
    }


def write(path: Path, content: dict[str, Any]) -> None:
    """Write a sidecar: sorted, so that the same content has the same bytes."""
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    path.write_bytes(f"{text}\n".encode())


def read(path: Path) -> dict[str, Any] | None:
    """Read a sidecar; nothing if there is none or it is somebody else's file."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) and {"kind", "stem", "caption"} <= content.keys() else None


def plain(value: Any, name: str) -> Any:
    """Turn a parameter into what JSON can hold.

    Examples
    --------
    >>> plain({"min_support": np.float64(0.01), "items": {"tea", "milk"}}, "parameters")
    {'min_support': 0.01, 'items': ['milk', 'tea']}
    """
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NaT or (isinstance(value, float) and not math.isfinite(value)):
        return None if value is None or value is pd.NaT or math.isnan(value) else str(value)
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Path):
        return value.name
    if isinstance(value, Mapping):
        return {str(key): plain(inner, f"{name}[{key!r}]") for key, inner in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((plain(inner, name) for inner in value), key=str)
    if isinstance(value, list | tuple | range | np.ndarray | pd.Index):
        return [plain(inner, name) for inner in value]
    raise TypeError(f"{name} must hold numbers, text, dates or lists of them, got {type(value).__name__}")
