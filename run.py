# -*- coding: utf-8 -*-
"""kehu's commands: run the notebooks, test, explore, measure, lock.

This file keeps to syntax that every Python reads, so that one that is too old can say so.
"""

import os
import signal
import sys

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # no traceback when Ctrl-C meets the imports
if sys.version_info < (3, 11):
    sys.exit(
        "kehu needs Python 3.11 or newer; this is Python %d.%d (%s).\n"
        "Install a newer one (from python.org, by conda or by your system) and run it by its name, "
        "for example: python3.13 run.py" % (sys.version_info[0], sys.version_info[1], sys.executable)
    )

import argparse
import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

from tools import environment, lock, plan

DESCRIPTION = """\
Run kehu's notebooks: charts to figures/, a report to build/report/index.html.
The first command of all sets up .venv from requirements.lock; it takes a few minutes, once."""

MORE = """\
where results go:
  With every parameter at its default: figures/, build/notebooks/, build/report/.
  With --orders: build/my-orders/. With other parameters or language: build/my-parameters/.
  These two are emptied before each such run, and nothing of the project is overwritten.
  Only notebooks that have a parameter named by -p or needed by --orders are run.

other commands:
  run.py test [pytest options]   tests, notebooks and style; with options only pytest, with them
  run.py lab [options]           JupyterLab on the notebooks
  run.py bench [NAME options]    benchmarks/NAME.py in .venv-bench; without NAME lists them
  run.py lock [uv options]       write the locks again from pyproject.toml, e.g. lock --upgrade

examples:
  python3 run.py
  python3 run.py --only 01 07 --language zh
  python3 run.py --only 02 -p min_support=0.002 -p item=category
  python3 run.py --orders my.csv --map customer_id=买家,order_id=订单号,ordered_at=下单时间,amount=金额
  python3 run.py test tests/test_orders.py -x
"""


def parser():
    made = argparse.ArgumentParser(
        prog="run.py",
        usage="run.py [options]   or   run.py {test,lab,bench,lock} [options]",
        description=DESCRIPTION,
        epilog=MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = made.add_argument
    add("command", nargs="?", choices=sorted(COMMANDS), help=argparse.SUPPRESS)
    add(
        "--only",
        nargs="+",
        action="extend",
        default=[],
        metavar="NUMBER",
        help="only these notebooks, e.g. 02 07",
    )
    add("--language", choices=["en", "zh"], default="en", help="language of the charts in the notebooks")
    add(
        "-p",
        dest="parameters",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="set a notebook parameter",
    )
    add(
        "--orders",
        metavar="FILE",
        help="your own orders (csv, xlsx or parquet), for the notebooks that take them",
    )
    add("--map", action="append", default=[], metavar="OURS=YOURS,…", help="columns of FILE, by kehu's names")
    add(
        "--in-place",
        action="store_true",
        help="also store the executed notebooks in notebooks/ (contributors)",
    )
    return made


def notebooks(arguments):
    options = parser().parse_args(arguments)
    if options.command:
        raise plan.Wrong("write the command first: run.py {} …".format(options.command))
    wanted = plan.make(
        only=options.only,
        language=options.language,
        parameters=options.parameters,
        orders=options.orders,
        columns=options.map,
        in_place=options.in_place,
    )
    made = environment.ensure(environment.Environment())
    return hand_over([made.python, "-m", "tools.notebooks", json.dumps(wanted)], made.variables())


def test(arguments):
    made = environment.ensure(environment.Environment())
    variables = made.variables(KEHU_STATIC="1")
    if variables.get("KEHU_SHARED_DATA"):
        variables["KEHU_SHARED_DATA"] = str(ROOT / variables["KEHU_SHARED_DATA"])
    python, build = str(made.python), ROOT / "build"
    pytest = [python, "-m", "pytest"]
    if arguments:
        return call(pytest + arguments, dict(variables, MPLBACKEND="agg"))
    failed = []
    for name, command, more in [
        ("ruff check", [python, "-m", "ruff", "check", "."], {}),
        ("ruff format", [python, "-m", "ruff", "format", "--check", "."], {}),
        ("pytest", pytest + EACH_CORE + ["--dist=worksteal"], {"MPLBACKEND": "agg"}),
        (
            "nbval",
            pytest + NBVAL + EACH_CORE,
            {"KEHU_FIGURES": str(build / "nbval"), "IPYTHONDIR": str(build / "ipython")},
        ),
    ]:
        if name == "nbval" and not plan.all_notebooks():
            continue
        environment.say("\n" + name + ":")
        if call(command, dict(variables, **more)) != 0:
            failed.append(name)
    environment.say("\nFailed: " + ", ".join(failed) if failed else "\nEverything passed.")
    return 1 if failed else 0


EACH_CORE = ["--numprocesses=auto"]
# The cells of a notebook follow each other. Jupyter's own warnings are no errors of ours; a dead kernel is
# noticed by the time it takes.
NBVAL = ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=300", "--dist=loadfile"]
NBVAL += ["-W", "default", "notebooks"]


def lab(arguments):
    made = environment.ensure(environment.Environment())
    command = [
        made.python,
        "-m",
        "jupyterlab",
        "--ServerApp.root_dir=" + str(ROOT),
        "--LabApp.default_url=/lab/tree/notebooks",
    ]
    return hand_over(command + arguments, made.variables())


def bench(arguments):
    scripts = {path.stem: path for path in sorted((ROOT / "benchmarks").glob("[!_]*.py"))}
    if not arguments or arguments[0] not in scripts:
        listed = "Benchmarks: " + (", ".join(scripts) or "none yet")
        if not arguments:
            environment.say(listed)
            return 0
        raise plan.Wrong("there is no benchmark {}\n{}".format(arguments[0], listed))
    made = environment.ensure(environment.benchmarks())
    return hand_over([made.python, scripts[arguments[0]]] + arguments[1:], made.variables())


def write_locks(arguments):
    made = environment.Environment()
    uv = [made.path_uv] if made.path_uv else [str(environment.ensure(made).python), "-m", "uv"]
    return lock.write(uv, arguments)


COMMANDS = {"test": test, "lab": lab, "bench": bench, "lock": write_locks}


def hand_over(command, variables):
    """Become the command, where a process can: whoever stops run.py then stops the work itself."""
    command = [str(part) for part in command]
    os.chdir(ROOT)
    sys.stdout.flush()
    if os.name == "posix":
        os.execve(command[0], command, variables)
    return call(command, variables)


def call(command, variables):
    """Run a command to its end. Ctrl-C reaches it as well: let it finish, then stop here too."""
    process = subprocess.Popen(command, env=variables, cwd=str(ROOT))
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.wait()
        raise


def main(arguments):
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # old Windows consoles lack some letters
    try:
        if arguments and arguments[0] in COMMANDS and not {"-h", "--help"} & set(arguments[1:2]):
            return COMMANDS[arguments[0]](arguments[1:])
        return notebooks(arguments)
    except plan.Wrong as error:
        status, text = 2, "run.py: " + str(error)
    except environment.Stop as error:
        status, text = 1, str(error)
    except OSError as error:
        status, text = 1, "run.py: {}: {}".format(error.strerror or error, error.filename or "")
    except KeyboardInterrupt:
        status, text = 130, "\nStopped. The next run takes up what is half done."
    sys.stderr.write(text + "\n")
    return status


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
