"""The folder `.venv`: made once from the lock, found again at once, made anew when it is half made or old.

Standard library only: this runs before anything is installed. Two files in the folder tell its state.
`made-by-run.py` is written before anything else and never removed: without it the folder is somebody
else's and is left alone. It is also the file two runs lock against each other. `ready` is written last
and holds a fingerprint of all that the installation depends on; any other content means "make it anew".
"""

import contextlib
import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
    import msvcrt

ROOT = Path(__file__).resolve().parent.parent
MARKER = "made-by-run.py"
STAMP = "ready"
NEWEST = (3, 14)  # the newest Python for which every locked package has a wheel; `run.py lock` checks it
SPACE = 3  # GB that a first set-up takes, with the downloads kept by uv or pip

# Settings of other Pythons that would reach into this one, and installer settings that contradict ours.
# Without stored bytecode every kernel would start seconds later.
FOREIGN = {"PYTHONHOME", "PYTHONPATH", "PYTHONSAFEPATH", "PYTHONSTARTUP", "PIP_TARGET", "PIP_PREFIX"} | {
    "PYTHONDONTWRITEBYTECODE",
    "UV_PYTHON", "UV_SYSTEM_PYTHON", "UV_OFFLINE", "UV_NO_BUILD", "UV_NO_BINARY", "CONDA_PREFIX"
}  # fmt: skip

# What the installers say when something outside is wrong, and what we say then. First match counts.
FULL = r"no space left|disk quota|not enough space|os error (28|112|122)\b"
TROUBLES = (
    (
        FULL,
        "The disk is full. Make room (about {space} GB) and run the same command again.",
    ),
    (
        r"read-only file system|permission denied|access is denied|os error (5|13|30)\b",
        "A file cannot be written. Is {root} yours, and is no program using {folder}?",
    ),
    (
        r"hash mismatch|do not match the hashes",
        "A downloaded package is not the one that {lock} names: damaged, or replaced by the package index. "
        "Run the same command again; if it stays so, set pip or uv to another index.",
    ),
    (
        r"dns error|lookup address|name resolution|resolve host|connect error|error sending request"
        r"|connection (refused|broken|reset|error)|timed out|timeout error|max retries|unreachable|proxyerror"
        r"|certificate",
        "The packages cannot be downloaded: is there a network connection? Behind a proxy, set HTTPS_PROXY; "
        "with a mirror, set pip's index-url or UV_DEFAULT_INDEX. Then run the same command again.",
    ),
    (
        r"no matching distribution|no solution|no (usable )?wheels?\b|only-binary|platform tag",
        "A package has no ready-made file for this machine ({machine}, Python {python}). There are files "
        "for Python 3.11 to {newest} on Linux, on Macs with Apple's chips, and on Windows with Intel or AMD.",
    ),
)


class Stop(Exception):
    """A plain sentence for the user; run.py prints it and ends with status 1."""


def say(text: str) -> None:
    print(text, flush=True)


def dotted(version: Iterable[int]) -> str:
    return ".".join(map(str, version))


@dataclass(frozen=True)
class Environment:
    """A folder of installed packages and the lock it is made from."""

    folder: Path = ROOT / ".venv"
    lock: Path = ROOT / "requirements.lock"
    wheels_only: bool = True
    root: Path = ROOT
    path_uv: str | None = field(default_factory=lambda: shutil.which("uv"))

    @property
    def scripts(self) -> Path:
        return self.folder / ("Scripts" if os.name == "nt" else "bin")

    @property
    def python(self) -> Path:
        return self.scripts / ("python.exe" if os.name == "nt" else "python")

    def fingerprint(self) -> str:
        """Of everything that decides what is in the folder; a moved checkout or a new lock changes it."""
        parts = [self.lock.read_bytes(), (self.root / "pyproject.toml").read_bytes()]
        parts += [os.fsencode(self.root), repr(sys.version_info[:2]).encode()]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()

    def is_ready(self) -> bool:
        stamp = self.folder / STAMP
        return stamp.is_file() and stamp.read_text() == self.fingerprint() and self.python.exists()

    def variables(self, **more: str) -> dict[str, str]:
        """Environment variables for programs of this environment."""
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        path = os.pathsep.join([str(self.scripts), kept.get("PATH", os.defpath)])
        # One encoding everywhere; the kernel of this environment before one in the user's home.
        own = {
            "PATH": path,
            "VIRTUAL_ENV": str(self.folder),
            "PYTHONUTF8": "1",
            "JUPYTER_PREFER_ENV_PATH": "1",
        }
        return kept | own | more


def benchmarks() -> Environment:
    """The environment of the benchmarks, where some packages are built on the spot."""
    return Environment(ROOT / ".venv-bench", ROOT / "requirements-bench.lock", wheels_only=False)


def ensure(environment: Environment) -> Environment:
    """Make the environment unless it is there and whole; at once when it is."""
    if not environment.lock.is_file():
        raise Stop(
            f"{environment.lock.name} is missing from {environment.root}: restore it, for example by git."
        )
    if environment.is_ready():
        return environment
    check_python(environment)
    claim(environment)
    waiting = (
        f"Another run.py is setting up {environment.folder.name}; waiting for it (Ctrl-C to stop waiting) …"
    )
    with locked(environment.folder / MARKER, waiting) as lock:
        if not environment.is_ready():
            check_space(environment)
            set_up(environment, Log(environment, lock))
    return environment


def check_python(environment: Environment) -> None:
    if sys.implementation.name != "cpython" or sys.maxsize < 2**32:
        raise Stop("kehu needs the usual Python (CPython), 64 bit: its packages exist for no other.")
    if sys.version_info[:2] > NEWEST:
        newest = dotted(NEWEST)
        raise Stop(
            f"The locked packages exist for Python 3.11 to {newest}; this is {dotted(sys.version_info[:2])}. "
            f"Run run.py with one of these by its name, for example: python{newest} run.py"
        )
    if Path(sys.prefix).resolve() == environment.folder.resolve():
        raise Stop(
            f"{environment.folder.name} must be made anew, but run.py is running with its Python. "
            "Type `deactivate`, then run the same command again."
        )


def check_space(environment: Environment) -> None:
    free = shutil.disk_usage(environment.root).free / 1e9
    if free < SPACE:
        raise Stop(
            f"The set-up needs about {SPACE} GB on this disk, and {free:.1f} GB are free. "
            "Make room and run the same command again."
        )


def claim(environment: Environment) -> None:
    """Mark the folder as ours, before anything else is done to it."""
    folder, marker = environment.folder, environment.folder / MARKER
    try:
        folder.mkdir(exist_ok=True)
        if marker.exists() or not any(folder.iterdir()):
            marker.touch()
            return
    except FileExistsError:
        pass
    except OSError as error:
        raise Stop(
            f"Cannot write in {environment.root} ({error.strerror}). Copy the project to a folder of yours."
        ) from error
    raise Stop(
        f"{folder.name} is there already, but run.py did not make it, so it is left alone. "
        "Rename or delete it, then run the same command again."
    )


def clear(folder: Path) -> None:
    """Empty our folder: the stamp first, the marker never, so that a kill in the middle leaves it ours."""
    (folder / STAMP).unlink(missing_ok=True)
    for path in folder.iterdir():
        if path.name == MARKER:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


@contextlib.contextmanager
def locked(path: Path, waiting: str) -> Iterator[int]:
    """Hold the lock on a file; while somebody else has it, say ``waiting`` once and wait.

    It ends with its holder, however that ends. On Unix an installer started with it holds it too, so that
    a run whose predecessor was killed waits for the installer left behind.
    """
    with path.open("a") as file:
        told = False
        while not _try_lock(file.fileno()):
            if not told:
                say(waiting)
            told = True
            time.sleep(0.2)
        yield file.fileno()


def _try_lock(descriptor: int) -> bool:
    try:
        if fcntl:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            os.lseek(descriptor, 0, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:  # a network disk without locks: go on without
        return True
    return True


class Log:
    """What the installers say: kept in build/setup.log, the last line of it shown on a terminal."""

    def __init__(self, environment: Environment, lock: int) -> None:
        self.environment = environment
        self.path = environment.root / "build" / "setup.log"
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text("", encoding="utf-8")
        self.inherited = (lock,) if fcntl else ()

    def run(self, *command: str | Path, **variables: str) -> bool:
        """Run a command and tell whether it ended well."""
        shown = sys.stdout.isatty()
        with self.path.open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(map(str, command))}\n")
            try:
                process = subprocess.Popen(
                    [str(part) for part in command],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    encoding="utf-8",
                    errors="replace",
                    env=self.environment.variables(**variables),
                    cwd=self.environment.root,
                    pass_fds=self.inherited,
                )
            except OSError as error:
                log.write(f"{error}\n")
                return False
            with process:
                for line in process.stdout:
                    log.write(line)
                    log.flush()
                    if shown:
                        width = shutil.get_terminal_size().columns - 3
                        print(f"\r  {line.strip()[:width]:<{width}}", end="", flush=True)
        if shown:
            print("\r" + " " * (shutil.get_terminal_size().columns - 1), end="\r", flush=True)
        if process.returncode != 0 and re.search(FULL, self.path.read_text(encoding="utf-8"), re.I):
            raise self.stop()  # no other installer would manage
        return process.returncode == 0

    def stop(self) -> Stop:
        """The sentence for the trouble found in the log, with the log's last lines."""
        environment, text = self.environment, self.path.read_text(encoding="utf-8")
        sentence = next(
            (said for pattern, said in TROUBLES if re.search(pattern, text, re.I)), "The set-up failed."
        )
        facts = {"space": SPACE, "root": environment.root, "folder": environment.folder.name}
        facts |= {"lock": environment.lock.name, "python": dotted(sys.version_info[:2])}
        facts |= {"machine": f"{platform.system()} {platform.machine()}", "newest": dotted(NEWEST)}
        tail = "".join(f"  | {line[:160]}\n" for line in text.splitlines()[-8:])
        return Stop(f"{sentence.format(**facts)}\nThe last lines of {self.path}:\n{tail}".rstrip())


def set_up(environment: Environment, log: Log) -> None:
    """Install the locked packages and kehu itself, by the first installer that manages it."""
    start = time.monotonic()
    folder, name = environment.folder, environment.folder.name
    if all(path.name == MARKER for path in folder.iterdir()):
        say(f"Setting up {name} from {environment.lock.name}. This happens once and takes a few minutes.")
    else:
        say(f"Making {name} anew: it is half made, or the lock, Python or the place of the project changed.")
    try:
        if not (install_with_path_uv(environment, log) or install_with_own_installer(environment, log)):
            raise log.stop()
        (folder / STAMP).write_text(environment.fingerprint())
    except OSError as error:
        raise Stop(f"Cannot write in {folder}: {error.strerror}. Is it in use by another program?") from error
    say(f"{name} is ready after {time.monotonic() - start:.0f} s. Compiling kernels and finding fonts …")
    # After the stamp: whatever is missed here is made up for at the first use.
    warm = [
        log.run(environment.python, "-m", "kehu._kernels"),
        log.run(environment.python, "-c", "import matplotlib.pyplot"),
    ]
    if not all(warm):
        say(f"  not finished, which only makes the first notebook slower; see {log.path}")


def install_with_path_uv(environment: Environment, log: Log) -> bool:
    uv = environment.path_uv
    if uv is None:
        return False
    clear(environment.folder)
    made = log.run(uv, "venv", "--allow-existing", "--python", sys.executable, environment.folder)
    return made and install(environment, log, [uv])


def install_with_own_installer(environment: Environment, log: Log) -> bool:
    """By a uv of the lock's version, brought by pip into the environment; failing that, by pip."""
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        raise Stop(
            f"This Python lacks `{missing[0]}`, which makes environments. On Debian or Ubuntu: "
            f"sudo apt install python{dotted(sys.version_info[:2])}-venv. "
            "Or install uv (https://docs.astral.sh/uv), which run.py then uses. Then run the same command."
        )
    clear(environment.folder)
    python = environment.python
    if not log.run(sys.executable, "-m", "venv", environment.folder):
        return False
    pip = [str(python), "-m", "pip"]
    wanted = environment.root / "build" / "uv.lock.txt"
    wanted.write_text(locked_lines(environment.lock.read_text(encoding="utf-8"), "uv"), encoding="utf-8")
    if log.run(*pip, *PIP_INSTALL, "--no-deps", "--require-hashes", "-r", wanted, PIP_USER="0"):
        index = pip_index(pip)
        if install(
            environment, log, [str(python), "-m", "uv"], **({"UV_DEFAULT_INDEX": index} if index else {})
        ):
            return True
    return install(environment, log, pip, PIP_USER="0")


PIP_INSTALL = ("install", "--disable-pip-version-check", "--no-input", "--retries", "2", "--timeout", "30")


def install(environment: Environment, log: Log, installer: list[str], **variables: str) -> bool:
    """The locked packages, then kehu itself in place. The hashes make any index as good as another."""
    if installer[-1] == "pip":
        command = [*installer, *PIP_INSTALL]
    else:
        command = [*installer, "pip", "install", "--python", str(environment.python)]
        command += ["--index-strategy", "unsafe-best-match"]
    wheels = ["--only-binary", ":all:"] if environment.wheels_only else []
    packages = [*command, "--no-deps", "--require-hashes", *wheels, "-r", str(environment.lock)]
    itself = [*command, "--no-deps", "--no-build-isolation", "-e", str(environment.root)]
    return log.run(*packages, **variables) and log.run(*itself, **variables)


def locked_lines(lock: str, name: str) -> str:
    """The entry of one package in a lock, hashes and all."""
    found = re.search(rf"^{re.escape(name)}==.*\n(?:[ \t].*\n?)*", lock, re.M)
    return found[0] if found else ""


def pip_index(pip: list[str]) -> str | None:
    """The package index that pip is set to use; uv does not read pip's settings."""
    listing = subprocess.run([*pip, "config", "list"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"^(?::env:|global|install)\.index-url='(.+)'", listing, re.M)
    return found[1] if found and not os.environ.keys() & {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} else None
