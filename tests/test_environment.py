"""The set-up of .venv, tried with an installer that only pretends, and the three lists of dependencies."""

import json
import os
import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import environment, lock
from tools.environment import MARKER, ROOT, STAMP, Environment, Stop

# Writes down each call; `pip install` takes as long as it is told to and then leaves a file.
PRETENDER = """
import json, os, pathlib, sys, time
here = pathlib.Path(__file__).parent
with open(here / "calls", "a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
answer = json.loads((here / "answer.json").read_text())
print(answer["says"], flush=True)
if sys.argv[1] == "venv":
    python = pathlib.Path(sys.argv[-1], "Scripts/python.exe" if os.name == "nt" else "bin/python")
    python.parent.mkdir(parents=True)
    python.touch()
elif "-e" not in sys.argv:
    (here / ".venv" / "half").touch()
    time.sleep(answer["seconds"])
    (here / ".venv" / "whole").touch()
sys.exit(answer["status"])
"""

DRIVER = """
import sys, pathlib
from tools.environment import Environment, Stop, ensure
root = pathlib.Path(sys.argv[1])
try:
    ensure(Environment(root / ".venv", root / "requirements.lock", root=root, path_uv=sys.argv[2]))
except Stop as stop:
    sys.exit(str(stop))
"""


class Project:
    """A folder with a lock and a pretended uv."""

    def __init__(self, root: Path):
        self.root = root
        (root / "requirements.lock").write_text("one==1 \\\n    --hash=sha256:00\n")
        (root / "pyproject.toml").write_text("[project]\n")
        (root / "uv.py").write_text(PRETENDER)
        self.answers()
        if os.name == "nt":
            self.uv = root / "uv.cmd"
            self.uv.write_text(f'@"{sys.executable}" "{root / "uv.py"}" %*\n')
        else:
            self.uv = root / "uv"
            self.uv.write_text(f"#!{sys.executable}\n{PRETENDER}")
            self.uv.chmod(0o755)

    def answers(self, *, seconds: float = 0, status: int = 0, says: str = "") -> None:
        text = json.dumps({"seconds": seconds, "status": status, "says": says})
        (self.root / "answer.json").write_text(text)

    def calls(self) -> list[list[str]]:
        path = self.root / "calls"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def environment(self) -> Environment:
        root = self.root
        return Environment(root / ".venv", root / "requirements.lock", root=root, path_uv=str(self.uv))

    def start(self) -> subprocess.Popen:
        command = [sys.executable, "-c", DRIVER, str(self.root), str(self.uv)]
        return subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


@pytest.fixture
def no_own_installer(monkeypatch):
    monkeypatch.setattr(environment, "install_with_own_installer", lambda *_: False)


def wait_for(path: Path) -> None:
    end = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < end, f"{path} did not come"
        time.sleep(0.01)


def test_the_first_run_installs_and_the_second_does_nothing(project, capsys):
    environment.ensure(project.environment)
    first = project.calls()
    assert [call[0] for call in first] == ["venv", "pip", "pip"]
    assert {"--require-hashes", "--only-binary", "--no-deps"} <= set(first[1])
    assert {"-e", str(project.root), "--no-build-isolation", "--no-deps"} <= set(first[2])
    assert "once" in capsys.readouterr().out
    environment.ensure(project.environment)
    assert project.calls() == first
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("change", ["lock", "pyproject", "python", "place", "interpreter"])
def test_whatever_the_installation_depends_on_renews_it(
    project, change, tmp_path_factory, monkeypatch, capsys
):
    environment.ensure(project.environment)
    (project.root / ".venv" / "left over").touch()
    made = project.environment
    if change == "lock":
        made.lock.write_text("one==2 \\\n    --hash=sha256:00\n")
    elif change == "pyproject":
        (project.root / "pyproject.toml").write_text("[project]\nname='x'\n")
    elif change == "python":
        monkeypatch.setattr(sys, "version_info", (3, 12, 9))
    elif change == "interpreter":
        made.python.unlink()
    else:
        moved = project.root.rename(tmp_path_factory.mktemp("elsewhere") / "moved")
        project = Project(moved)
        made = project.environment
    before = len(project.calls())
    assert not made.is_ready()
    environment.ensure(made)
    assert "anew" in capsys.readouterr().out
    assert len(project.calls()) == before + 3
    assert made.is_ready()
    assert not (made.folder / "left over").exists()


def test_killed_in_the_middle_the_next_run_makes_it_anew(project):
    project.answers(seconds=1.5)
    killed = project.start()
    folder = project.root / ".venv"
    wait_for(folder / "half")
    killed.kill()
    killed.communicate()
    assert not (folder / STAMP).exists()
    project.answers()
    environment.ensure(project.environment)
    assert project.environment.is_ready()
    installs = [call for call in project.calls() if "-r" in call]
    assert len(installs) == 2
    time.sleep(0.2)  # the installer left behind by the killed run is not at work any more
    assert project.environment.is_ready()


def test_killed_while_emptying_it_stays_ours(project, monkeypatch):
    environment.ensure(project.environment)
    folder = project.root / ".venv"
    (folder / "deep").mkdir()
    project.environment.lock.write_text("one==2\n")

    def killed(path):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(environment.shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            environment.ensure(project.environment)
    assert (folder / MARKER).exists()
    assert not (folder / STAMP).exists()
    environment.ensure(project.environment)
    assert project.environment.is_ready()


def test_two_at_once_install_once(project):
    project.answers(seconds=1)
    first = project.start()
    wait_for(project.root / ".venv" / "half")
    second = project.start()
    outputs = [process.communicate(timeout=60)[0] for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], outputs
    assert "waiting for it" in outputs[1]
    assert len([call for call in project.calls() if "-r" in call]) == 1


@pytest.mark.parametrize("content", ["a file of theirs", None])
def test_a_folder_of_somebody_else_is_left_alone(project, content):
    folder = project.root / ".venv"
    if content is None:
        folder.write_text("not even a folder")
    else:
        folder.mkdir()
        (folder / "pyvenv.cfg").write_text(content)
    with pytest.raises(Stop, match=r"run\.py did not make it"):
        environment.ensure(project.environment)
    assert project.calls() == []
    assert (folder if content is None else folder / "pyvenv.cfg").read_text() == (
        content or "not even a folder"
    )


def test_an_empty_folder_may_be_taken(project):
    (project.root / ".venv").mkdir()
    environment.ensure(project.environment)
    assert project.environment.is_ready()


@pytest.mark.parametrize(
    ("says", "sentence"),
    [
        ("error: failed to write: No space left on device (os error 28)", "disk is full"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("client error (Connect): dns error: failed to lookup address information", "network connection"),
        (
            "NewConnectionError: Failed to establish: [Errno -2] Name resolution\nNo matching distribution",
            "network",
        ),
        ("  cause: operation timed out", "network connection"),
        ("Because duckdb==2.0.0 has no usable wheels and you require duckdb==2.0.0", "no ready-made file"),
        ("ERROR: No matching distribution found for numba==0.68.1", "no ready-made file"),
        ("error: Hash mismatch for `one==1`", "not the one that requirements.lock names"),
        ("PermissionError: [Errno 13] Permission denied: 'x'", "cannot be written"),
        ("Resolved 147 packages in 3 ms\nsomething new", "The set-up failed"),
    ],
)
def test_what_an_installer_says_is_put_in_plain_words(project, no_own_installer, says, sentence):
    project.answers(status=2, says=says)
    with pytest.raises(Stop) as caught:
        environment.ensure(project.environment)
    text = str(caught.value)
    assert sentence in text.partition("\n")[0]
    assert str(project.root / "build" / "setup.log") in text
    assert says.splitlines()[-1] in text
    assert not project.environment.is_ready()


def test_a_full_disk_is_noticed_before(project, monkeypatch):
    usage = environment.shutil.disk_usage(project.root)
    monkeypatch.setattr(environment.shutil, "disk_usage", lambda _: usage._replace(free=10**9))
    with pytest.raises(Stop, match=r"about 3 GB on this disk, and 1\.0 GB are free"):
        environment.ensure(project.environment)
    assert project.calls() == []


def test_a_place_that_cannot_be_written(project, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(Stop, match=r"Cannot write in .* Copy the project"):
        environment.ensure(project.environment)


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_without_uv_and_venv_it_says_what_to_install(project, monkeypatch, missing):
    find = environment.importlib.util.find_spec
    monkeypatch.setattr(
        environment.importlib.util, "find_spec", lambda name: None if name == missing else find(name)
    )
    made = Environment(
        project.root / ".venv", project.root / "requirements.lock", root=project.root, path_uv=None
    )
    with pytest.raises(Stop, match=rf"lacks `{missing}`.*apt install python3\.\d+-venv.*install uv"):
        environment.ensure(made)


@pytest.mark.parametrize(("version", "sentence"), [((3, 15), "this is 3.15"), ((4, 0), "this is 4.0")])
def test_a_python_too_new_for_the_lock(project, monkeypatch, version, sentence):
    monkeypatch.setattr(sys, "version_info", (*version, 0))
    with pytest.raises(Stop, match=sentence):
        environment.ensure(project.environment)


def test_run_with_the_python_that_must_be_renewed(project, monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(project.root / ".venv"))
    with pytest.raises(Stop, match="deactivate"):
        environment.ensure(project.environment)


def test_a_missing_lock(project):
    project.environment.lock.unlink()
    with pytest.raises(Stop, match=r"requirements\.lock is missing"):
        environment.ensure(project.environment)


def test_a_uv_that_does_not_work_is_followed_by_pip(project, monkeypatch):
    """The uv on PATH cannot be run; pip brings none either; pip itself installs."""
    ran = []

    def run(_, *command, **variables):
        ran.append([str(part) for part in command])
        return "uv" not in Path(ran[-1][0]).stem and "uv" not in ran[-1] and "uv.lock.txt" not in ran[-1][-1]

    monkeypatch.setattr(environment.Log, "run", run)
    environment.ensure(project.environment)
    python = str(project.environment.python)
    assert [sys.executable, "-m", "venv"] in [command[:3] for command in ran]
    last = [command for command in ran if command[:4] == [python, "-m", "pip", "install"]]
    assert last[-2][-2:] == ["-r", str(project.environment.lock)]
    assert last[-1][-2:] == ["-e", str(project.root)]
    assert (project.root / ".venv" / STAMP).exists()


def test_settings_of_other_pythons_do_not_reach_in(project, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    monkeypatch.setenv("UV_SYSTEM_PYTHON", "1")
    variables = project.environment.variables(KEHU_STATIC="1")
    assert not variables.keys() & environment.FOREIGN
    assert variables["KEHU_STATIC"] == "1"
    assert variables["PATH"].split(os.pathsep)[0] == str(project.environment.scripts)


def test_the_entry_of_one_package():
    wanted = "uv==2 \\\n    --hash=sha256:22 \\\n    --hash=sha256:33\n"
    text = f"a==1 \\\n    --hash=sha256:11\n    # via b\n{wanted}uvw==3\n"
    assert environment.locked_lines(text, "uv") == wanted
    real = environment.locked_lines((ROOT / "requirements.lock").read_text(), "uv")
    assert re.match(r"uv==[\d.]+ \\\n( +--hash=sha256:[0-9a-f]{64}( \\)?\n)+", real)


# pyproject.toml, environment.yml and the locks say the same.


def declared(*, bench: bool = False) -> dict[str, Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = project["dependencies"] + [
        line for name in extras if bench or name != "bench" for line in extras[name]
    ]
    return {canonicalize_name(req.name): req for req in map(Requirement, lines)}


def locked_versions(name: str) -> list[tuple[Requirement, int]]:
    """Each entry of a lock with the number of its hashes."""
    entries = re.split(r"\n(?=[a-zA-Z0-9])", "\n" + (ROOT / name).read_text(encoding="utf-8"))[1:]
    return [(Requirement(entry.partition("\\")[0]), entry.count("--hash=sha256:")) for entry in entries]


@pytest.mark.parametrize(("name", "bench"), [("requirements.lock", False), ("requirements-bench.lock", True)])
def test_each_direct_dependency_is_locked_at_a_version_it_allows(name, bench):
    locked = locked_versions(name)
    assert len(locked) > 100
    assert all(hashes > 0 for _, hashes in locked)
    for key, wanted in declared(bench=bench).items():
        versions = [
            next(iter(req.specifier)).version for req, _ in locked if canonicalize_name(req.name) == key
        ]
        assert versions, f"{key} is not in {name}: run `python3 run.py lock`"
        assert all(wanted.specifier.contains(version) for version in versions), (key, versions)


def test_both_locks_agree():
    main, bench = (
        {(req.name, str(req.marker)): str(req.specifier) for req, _ in locked_versions(name)}
        for name in ("requirements.lock", "requirements-bench.lock")
    )
    shared = main.keys() & bench.keys()
    assert len(shared) > 100
    assert {key: main[key] for key in shared} == {key: bench[key] for key in shared}


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-bench.lock"])
def test_the_locks_name_no_machine_and_no_index(name):
    assert lock.foreign((ROOT / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "--find-links wheels",
        "--index-url x",
        "one @ file:one.whl",
        "# via -r /home/someone/requirements.in",
        "# from C:\\Users\\someone",
        "one==1 --hash=sha256:0 # files.example.org",
        "https://example",
    ],
)
def test_a_lock_that_does_is_found_out(line):
    assert lock.foreign(f"one==1 \\\n    --hash=sha256:00\n{line}\n    # via two\n") == [line]


def test_environment_yml_states_the_same():
    content = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    pip = next(entry["pip"] for entry in content["dependencies"] if isinstance(entry, dict))
    conda = [entry for entry in content["dependencies"] if isinstance(entry, str) and entry != "pip"]
    assert content["channels"][0] == "conda-forge"
    assert pip[-1] == "-e ."
    stated = {canonicalize_name(req.name): req.specifier for req in map(Requirement, conda + pip[:-1])}
    stated["duckdb"] = stated.pop("python-duckdb")  # conda-forge's name for it
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert str(stated.pop("python")) == project["requires-python"]
    assert stated == {name: req.specifier for name, req in declared().items()}


def test_the_lock_is_written_for_the_oldest_python_allowed():
    wanted = lock.commands(ROOT)
    for options in wanted.values():
        assert options[options.index("--python-version") + 1] == "3.11"
        assert {"--universal", "--generate-hashes"} <= set(options)
    assert "--only-binary" in wanted["requirements.lock"]
    assert "bench" not in wanted["requirements.lock"]


def test_a_lock_that_cannot_be_resolved_is_left_as_it_was(tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        (ROOT / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    (tmp_path / "requirements.lock").write_text("as it was")
    with pytest.raises(Stop, match="left as it was"):
        lock.write([sys.executable, "-c", "raise SystemExit(1)"], [], tmp_path)
    assert (tmp_path / "requirements.lock").read_text() == "as it was"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pyproject.toml", "requirements.lock"]
