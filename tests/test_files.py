"""Writing that leaves either everything or nothing."""

import errno
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import kehu
from kehu import _files


def test_all_files_appear_together(tmp_path):
    with _files.staged(tmp_path / "deep" / "er") as stage:
        (stage / "a.txt").write_text("a")
        (stage / "b.txt").write_text("b")
        assert not (tmp_path / "deep" / "er" / "a.txt").exists()
    assert sorted(path.name for path in (tmp_path / "deep" / "er").iterdir()) == ["a.txt", "b.txt"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, MemoryError])
def test_a_failure_leaves_nothing(tmp_path, error):
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(error), _files.staged(tmp_path) as stage:
        (stage / "a.txt").write_text("new")
        raise error
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EROFS, "the disk is read-only"),
        (errno.EACCES, "writing is not permitted"),
    ],
)
def test_errors_of_the_system_in_plain_words(tmp_path, number, words):
    with (
        pytest.raises(OSError, match=f"cannot write to .*{words}.*nothing was changed") as caught,
        _files.staged(tmp_path) as stage,
    ):
        (stage / "a.txt").write_text("a")
        raise OSError(number, "system text")
    assert caught.value.errno == number
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fails_at", range(4))
def test_a_move_that_fails_is_undone(tmp_path, monkeypatch, fails_at):
    """As on Windows, where a workbook that is open cannot be replaced."""
    for name in ("a", "b"):
        (tmp_path / name).write_text("old")
    moves = []
    move = Path.replace

    def stubborn(path, target):
        moves.append(path.name)
        if len(moves) == fails_at + 1:
            raise PermissionError(errno.EACCES, "in use")
        return move(path, target)

    with pytest.raises(OSError, match="nothing was changed"), _files.staged(tmp_path) as stage:
        for name in ("a", "b", "c"):
            (stage / name).write_text("new")
        monkeypatch.setattr(Path, "replace", stubborn)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "old", "b": "old"}


def test_a_file_in_the_way(tmp_path):
    (tmp_path / "figures").write_text("a file")
    with pytest.raises(OSError, match="it is a file, not a folder"), _files.staged(tmp_path / "figures"):
        pass


def test_folders_can_be_named(monkeypatch, tmp_path):
    monkeypatch.setenv("KEHU_FIGURES", str(tmp_path / "f"))
    monkeypatch.setenv("KEHU_CACHE", str(tmp_path / "c"))
    assert _files.figures_folder() == tmp_path / "f"
    assert _files.cache_folder() == tmp_path / "c"
    monkeypatch.delenv("KEHU_FIGURES")
    assert _files.figures_folder() == _files.checkout() / "figures"


def test_import_is_quick_and_lazy():
    """What takes time is loaded at first use."""
    code = (
        "import sys, time; start = time.perf_counter(); import kehu; took = time.perf_counter() - start; "
        "heavy = {'pandas', 'numpy', 'matplotlib', 'numba', 'sklearn', 'duckdb'} & set(sys.modules); "
        "print(sorted(heavy)); kehu.frames; print('pandas' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout.split("\n")[:2] == ["[]", "True"]


def test_unknown_names_are_refused():
    with pytest.raises(AttributeError, match="has no attribute 'rulez'"):
        _ = kehu.rulez
    assert {"orders", "Baskets", "figures"} <= set(dir(kehu))


def test_version_is_the_same_everywhere():
    root = _files.checkout()
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    assert kehu.__version__ == project["version"] == citation["version"]
    assert f"## {kehu.__version__} " in (root / "CHANGELOG.md").read_text(encoding="utf-8")
