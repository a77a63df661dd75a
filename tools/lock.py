"""Write requirements.lock and requirements-bench.lock from pyproject.toml. Standard library only."""

import re
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

from tools.environment import NEWEST, ROOT, Stop, dotted, say

# Where the project promises to run from the lock without a compiler.
PLATFORMS = (
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
)


# What would tie a lock to one machine or one package index: addresses, options, direct files, paths, hosts.
FOREIGN = re.compile(
    r"://|--(extra-)?index-url|--find-links|--trusted-host| @ |(?<![\w.])/\w|\b[A-Z]:\\|\.(org|com|io|net)\b"
)


def foreign(lock: str) -> list[str]:
    """Lines of a lock that name an address, an index, a host or a path of a machine."""
    return [line for line in lock.splitlines() if FOREIGN.search(line)]


def commands(root: Path) -> dict[str, list[str]]:
    """What to give uv for each lock."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    oldest = project["requires-python"].removeprefix(">=")
    extras = [extra for extra in project["optional-dependencies"] if extra != "bench"]
    used = [part for extra in extras for part in ("--extra", extra)]
    common = ["pyproject.toml", "--universal", "--generate-hashes", "--python-version", oldest]
    common += ["--custom-compile-command", "python3 run.py lock", "--quiet"]
    return {
        "requirements.lock": [*common, *used, "--only-binary", ":all:"],
        "requirements-bench.lock": [*common, "--all-extras", "--constraint", "requirements.lock"],
    }


def write(uv: Sequence[str], arguments: Sequence[str], root: Path = ROOT) -> int:
    """Resolve both locks and put them in place; versions stay unless uv's options say otherwise."""
    for name, options in commands(root).items():
        target = root / name
        with tempfile.TemporaryDirectory(prefix=".lock-", dir=root) as folder:
            draft = Path(folder, name)
            if target.exists():
                shutil.copy(target, draft)
            command = [
                *uv,
                "pip",
                "compile",
                *options,
                *arguments,
                "--output-file",
                str(draft.relative_to(root)),
            ]
            if subprocess.run(command, cwd=root, check=False).returncode != 0:
                raise Stop(f"{name} could not be resolved; uv says why above. It is left as it was.")
            if lines := foreign(draft.read_text(encoding="utf-8")):
                raise Stop(
                    f"{name} would name an address or a path; it is left as it was:\n" + "\n".join(lines[:5])
                )
            if "--only-binary" in options:
                check_wheels(uv, draft, root)
            draft.replace(target)
        say(f"{name} written.")
    return 0


def check_wheels(uv: Sequence[str], lock: Path, root: Path) -> None:
    """Every locked package has a wheel for every platform and Python promised."""
    options = ["--dry-run", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
    for minor in range(11, NEWEST[1] + 1):
        for machine in PLATFORMS:
            place = ["--target", str(lock.parent / "none"), "--python-version", dotted((3, minor))]
            command = [*uv, "pip", "install", *options, *place, "--python-platform", machine, "-r", str(lock)]
            if subprocess.run(command, cwd=root, check=False).returncode != 0:
                raise Stop(
                    f"Python 3.{minor} on {machine} lacks a package, see above; {lock.name} stays as it was."
                )
