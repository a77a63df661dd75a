"""The commands of run.py and the plan it makes from its options, without any set-up."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import run
from tools import environment, plan
from tools.plan import Wrong

NAMES = {
    "00_start_here": ["language = 'en'"],
    "01_orders": ["language = 'en'\norders_file = None\norders_columns = None\ntop: int = 5"],
    "02_rules": ["language = 'en'\nmin_support = 0.01"],
    "11_case": ["language = 'en'\nmin_support = 0.1"],
}


@pytest.fixture
def root(tmp_path):
    """A project with four notebooks."""
    (tmp_path / "notebooks").mkdir()
    for name, parameters in NAMES.items():
        cells = [{"cell_type": "markdown", "metadata": {}, "source": ["# Title"]}]
        cells += [
            {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": text} for text in parameters
        ]
        cells += [{"cell_type": "code", "metadata": {}, "source": "hidden = 1"}]
        text = json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})
        (tmp_path / "notebooks" / f"{name}.ipynb").write_text(text, encoding="utf-8")
    return tmp_path


def chosen(made: dict) -> list[str]:
    return [Path(job["path"]).stem for job in made["notebooks"]]


def cell(made: dict) -> dict:
    """The values that the first notebook of a plan would get."""
    values = {}
    exec(made["notebooks"][0]["cell"], values)
    return {name: value for name, value in values.items() if not name.startswith("__")}


def below(made: dict, root: Path) -> dict[str, str]:
    return {key: Path(made[key]).relative_to(root).as_posix() for key in ("figures", "copies", "report")}


def test_a_plain_run_is_all_notebooks_into_the_projects_own_folders(root):
    made = plan.make(root=root)
    assert chosen(made) == list(NAMES)
    assert {job["cell"] for job in made["notebooks"]} == {""}
    assert below(made, root) == {"figures": "figures", "copies": "build/notebooks", "report": "build/report"}
    assert made["fresh"] is None
    assert made["gallery"]
    assert json.loads(json.dumps(made)) == made


@pytest.mark.parametrize(
    ("only", "names"),
    [
        (["02"], ["02_rules"]),
        (["2", "00"], ["00_start_here", "02_rules"]),
        (["1"], ["01_orders"]),
        (["11_case", "11"], ["11_case"]),
        (["02_rules.ipynb"], ["02_rules"]),
    ],
)
def test_only(root, only, names):
    made = plan.make(only=only, root=root)
    assert chosen(made) == names
    assert not made["gallery"]  # it would list these notebooks' figures only


def test_only_something_that_is_not_there_lists_what_is(root):
    with pytest.raises(Wrong) as caught:
        plan.make(only=["02", "07"], root=root)
    assert "--only 07" in str(caught.value)
    assert all(name in str(caught.value) for name in NAMES)


def test_no_notebooks(tmp_path):
    with pytest.raises(Wrong, match="no notebook"):
        plan.make(root=tmp_path)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("min_support=0.002", 0.002),
        ("min_support=1_000", 1000),
        ("min_support=None", None),
        ("min_support=('a', {1: b'x'})", ("a", {1: b"x"})),
        ("min_support=category", "category"),
        ("min_support=2017-12-31", "2017-12-31"),
        ("min_support=a=b", "a=b"),
        ("min_support=商品", "商品"),
        ("min_support=", ""),
        ("min_support=__import__('os').getcwd()", "__import__('os').getcwd()"),
    ],
)
def test_values_of_parameters(root, text, value):
    made = plan.make(only=["02"], parameters=[text], root=root)
    assert cell(made) == {"min_support": value}


def test_parameters_run_the_notebooks_that_have_them_into_a_folder_of_their_own(root):
    made = plan.make(parameters=["min_support=0.5"], root=root)
    assert chosen(made) == ["02_rules", "11_case"]
    own = "build/my-parameters"
    assert below(made, root) == {key: f"{own}/{name}" for key, name in zip(
        ("figures", "copies", "report"), ("figures", "notebooks", "report"), strict=True
    )}  # fmt: skip
    assert made["fresh"] == str(root / own)


@pytest.mark.parametrize("options", [{"language": "zh"}, {"parameters": ["language=zh"]}])
def test_language(root, options):
    made = plan.make(root=root, **options)
    assert chosen(made) == list(NAMES)
    assert cell(made) == {"language": "zh"}
    assert made["language"] == "zh"
    assert "my-parameters" in made["figures"]


def test_the_default_language_changes_nothing(root):
    assert plan.make(root=root, language="en") == plan.make(root=root)


@pytest.mark.parametrize(
    ("parameter", "closest"),
    [("min_suport=3", "min_support"), ("langage='zh'", "language"), ("hidden=2", None)],
)
def test_a_parameter_that_nobody_has(root, parameter, closest):
    with pytest.raises(Wrong) as caught:
        plan.make(parameters=[parameter], root=root)
    assert parameter.partition("=")[0] in str(caught.value)
    assert closest is None or f"did you mean {closest}?" in str(caught.value)


@pytest.mark.parametrize("text", ["min_support", "=3", "2x=3", "a b=1"])
def test_a_parameter_without_name_or_value(root, text):
    with pytest.raises(Wrong, match="NAME=VALUE"):
        plan.make(parameters=[text], root=root)


def test_orders_of_ones_own(root, monkeypatch):
    (root / "my orders.csv").write_text("a,b\n")
    monkeypatch.chdir(root)
    columns = ["customer_id=买家,ordered_at = 下单 时间", "amount=金额(元)，product=a=b"]
    made = plan.make(orders="my orders.csv", columns=columns, parameters=["top=3"], root=root)
    assert chosen(made) == ["01_orders"]
    assert cell(made) == {
        "orders_file": str(root / "my orders.csv"),
        "orders_columns": {
            "customer_id": "买家", "ordered_at": "下单 时间", "amount": "金额(元)", "product": "a=b"
        },
        "top": 3,
    }  # fmt: skip
    assert made["fresh"] == str(root / "build" / "my-orders")
    assert Path(made["figures"]) == root / "build" / "my-orders" / "figures"


def test_orders_with_kehus_own_column_names(root):
    (root / "my.csv").write_text("a,b\n")
    assert cell(plan.make(orders=str(root / "my.csv"), root=root))["orders_columns"] is None


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"orders": "nowhere.csv"}, r"nowhere\.csv is not there"),
        ({"orders": "."}, "is a folder"),
        ({"orders": "my.csv", "columns": ["customer_id"]}, "OURS=YOURS"),
        ({"orders": "my.csv", "columns": ["a=b,a=c"]}, "names a twice: b and c"),
        ({"columns": ["a=b"]}, "give --orders too"),
        ({"orders": "my.csv", "only": ["02"]}, "none of the chosen notebooks takes orders"),
        ({"in_place": True, "language": "zh"}, "only with their defaults"),
        ({"in_place": True, "orders": "my.csv"}, "only with their defaults"),
    ],
)
def test_options_that_cannot_be_followed(root, monkeypatch, options, sentence):
    (root / "my.csv").write_text("a,b\n")
    monkeypatch.chdir(root)
    with pytest.raises(Wrong, match=sentence):
        plan.make(root=root, **options)


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"cells": [{"metadata": {"tags": ["parameters"]}, "source": "a ="}]}']
)
def test_a_file_that_is_no_notebook(root, content):
    (root / "notebooks" / "03_broken.ipynb").write_text(content)
    with pytest.raises(Wrong, match=r"03_broken\.ipynb cannot be read"):
        plan.make(root=root)


# The commands.


@pytest.fixture
def calls(monkeypatch):
    """What run.py would start, instead of starting it."""
    seen = []
    made = SimpleNamespace(python="PYTHON", variables=lambda **more: dict(os.environ, **more), path_uv="UV")
    monkeypatch.setattr(environment, "ensure", lambda _: made)
    monkeypatch.setattr(run, "hand_over", lambda command, variables: seen.append((command, variables)) or 0)
    monkeypatch.setattr(run, "call", lambda command, variables: seen.append((command, variables)) or 0)
    return seen


@pytest.fixture
def one_notebook(monkeypatch):
    monkeypatch.setattr(plan, "all_notebooks", lambda *_: [Path("00_start.ipynb")])
    monkeypatch.setattr(plan, "parameter_names", lambda _: {"language"})


def test_notebooks_are_handed_over(calls, one_notebook):
    assert run.main([]) == 0
    ((command, _),) = calls
    assert command[:3] == ["PYTHON", "-m", "tools.notebooks"]
    assert chosen(json.loads(command[3])) == ["00_start"]


def test_test_runs_everything_and_gathers_what_fails(calls, one_notebook, monkeypatch, capsys):
    assert run.main(["test"]) == 0
    tools = [" ".join(command[2:4]) for command, _ in calls]
    assert tools == ["ruff check", "ruff format", "pytest --numprocesses=auto", "pytest --nbval-lax"]
    assert "Everything passed." in capsys.readouterr().out
    monkeypatch.setattr(run, "call", lambda command, _: "ruff" in command or "notebooks" in command)
    assert run.main(["test"]) == 1
    assert "Failed: ruff check, ruff format, nbval" in capsys.readouterr().out


def test_ctrl_c_lets_the_command_finish_and_ends_the_rest(tmp_path, monkeypatch, capsys):
    class Interrupted(subprocess.Popen):
        def wait(self, timeout=None):
            if not hasattr(self, "waited"):
                self.waited = True
                raise KeyboardInterrupt
            return super().wait(timeout)

    monkeypatch.setattr(run.subprocess, "Popen", Interrupted)
    code = f"import pathlib, time; time.sleep(.3); pathlib.Path({str(tmp_path / 'done')!r}).touch()"
    with pytest.raises(KeyboardInterrupt):
        run.call([sys.executable, "-c", code], dict(os.environ))
    assert (tmp_path / "done").exists()


def test_test_without_notebooks_leaves_out_nbval(calls, monkeypatch):
    monkeypatch.setattr(plan, "all_notebooks", lambda *_: [])
    assert run.main(["test"]) == 0
    assert not any("--nbval-lax" in command for command, _ in calls)


def test_test_with_options_is_pytest_with_them(calls):
    assert run.main(["test", "tests/test_run.py", "-k", "only", "-p", "no:cacheprovider"]) == 0
    ((command, _),) = calls
    assert command[2:] == ["pytest", "tests/test_run.py", "-k", "only", "-p", "no:cacheprovider"]


@pytest.mark.parametrize("given", ["../shared/data", "/elsewhere/data"])
def test_shared_data_is_taken_from_the_root(calls, monkeypatch, given):
    monkeypatch.setenv("KEHU_SHARED_DATA", given)
    run.main(["test", "-x"])
    folder = Path(calls[0][1]["KEHU_SHARED_DATA"])
    assert folder.is_absolute()
    assert folder == run.ROOT / given


def test_lab(calls):
    assert run.main(["lab", "--no-browser"]) == 0
    command, _ = calls[0]
    assert command[1:3] == ["-m", "jupyterlab"]
    assert command[-1] == "--no-browser"


def test_bench(calls, monkeypatch, tmp_path, capsys):
    (tmp_path / "benchmarks").mkdir()
    for name in ("orders", "rules", "_helper"):
        (tmp_path / "benchmarks" / f"{name}.py").touch()
    monkeypatch.setattr(run, "ROOT", tmp_path)
    assert run.main(["bench"]) == 0
    assert capsys.readouterr().out == "Benchmarks: orders, rules\n"
    assert run.main(["bench", "nothing"]) == 2
    assert "no benchmark nothing\nBenchmarks: orders, rules" in capsys.readouterr().err
    assert calls == []
    assert run.main(["bench", "rules", "--rows", "5"]) == 0
    assert calls[0][0] == ["PYTHON", tmp_path / "benchmarks" / "rules.py", "--rows", "5"]


def test_bench_has_an_environment_of_its_own():
    made = environment.benchmarks()
    assert (made.folder.name, made.lock.name, made.wheels_only) == (
        ".venv-bench",
        "requirements-bench.lock",
        False,
    )


@pytest.mark.parametrize("arguments", [["tset"], ["--lang", "zh"], ["--language", "de"], ["--only"]])
def test_wrong_usage_ends_with_two(arguments, calls):
    with pytest.raises(SystemExit) as caught:
        run.main(arguments)
    assert caught.value.code == 2
    assert calls == []


def test_a_wrong_option_is_told_before_the_set_up(calls, one_notebook, capsys):
    assert run.main(["--only", "99"]) == 2
    assert "--only 99" in capsys.readouterr().err
    assert run.main(["--language", "zh", "lab"]) == 2
    assert "command first" in capsys.readouterr().err
    assert calls == []


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (environment.Stop("no network"), 1, "no network\n"),
        (PermissionError(13, "Permission denied", "x"), 1, "run.py: Permission denied: x\n"),
        (KeyboardInterrupt(), 130, "Stopped"),
    ],
)
def test_trouble_is_a_sentence_and_a_status(monkeypatch, one_notebook, capsys, error, status, said):
    def fail(_):
        raise error

    monkeypatch.setattr(environment, "ensure", fail)
    assert run.main([]) == status
    text = capsys.readouterr().err
    assert said in text
    assert "Traceback" not in text


@pytest.mark.parametrize("arguments", [["--help"], ["test", "--help"], ["lock", "-h"]])
def test_help_names_every_command_and_where_results_go(arguments, capsys, calls):
    with pytest.raises(SystemExit) as caught:
        run.main(arguments)
    text = capsys.readouterr().out
    assert caught.value.code == 0
    assert all(f"run.py {command}" in text for command in run.COMMANDS)
    assert "build/my-orders/" in text
    assert "build/my-parameters/" in text
    assert calls == []


def test_help_needs_nothing_installed():
    """An isolated Python without site-packages."""
    command = [sys.executable, "-I", "-S", str(run.ROOT / "run.py"), "--help"]
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", check=True, env={"PYTHONUTF8": "1"}
    )
    assert "usage: run.py" in done.stdout


NEW_SYNTAX = (
    ast.JoinedStr,
    ast.AnnAssign,
    ast.NamedExpr,
    ast.Match,
    ast.AsyncFunctionDef,
    ast.Nonlocal,
    ast.Await,
)


def test_every_python_can_read_run_py():
    """Nothing in it came with Python 3: an old Python must get as far as the sentence at the top."""
    tree = ast.parse((run.ROOT / "run.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        assert not isinstance(node, NEW_SYNTAX), ast.dump(node)
        if isinstance(node, ast.FunctionDef):
            arguments = node.args
            every = arguments.args + arguments.kwonlyargs + arguments.posonlyargs
            assert node.returns is None and not any(argument.annotation for argument in every)
            assert not arguments.kwonlyargs and not arguments.posonlyargs
        if isinstance(node, ast.Raise):
            assert node.cause is None
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            assert not any(isinstance(element, ast.Starred) for element in node.elts)
        if isinstance(node, ast.Dict):
            assert None not in node.keys
        if isinstance(node, ast.Call):
            assert sum(isinstance(argument, ast.Starred) for argument in node.args) <= 1
    assert (run.ROOT / "run.py").read_text(encoding="utf-8").startswith("# -*- coding: utf-8 -*-\n")


def test_an_old_python_is_told_what_is_needed(monkeypatch):
    source = compile((run.ROOT / "run.py").read_text(encoding="utf-8"), "run.py", "exec")
    monkeypatch.setattr(sys, "version_info", (3, 9, 6))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer; this is Python 3\.9"):
        exec(source, {"__name__": "run", "__file__": str(run.ROOT / "run.py")})


def test_ci_calls_the_test_command_and_installs_nothing():
    text = (run.ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "python3 run.py test" in text
    assert "KEHU_SHARED_DATA=../shared/data" in text
    assert "install" not in text
