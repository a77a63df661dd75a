"""An explorer in a real JupyterLab, moved by a real browser: Chromium with its driver, where there is one."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import nbformat
import pytest

CELL = """
from kehu.explore import explorer
def compute(n=3):
    if n == 5:
        raise ValueError("five is too many")
    return list(range(n))
explorer(compute, lambda result, ax: ax.plot(result), {"n": (1, 5)})
"""
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--window-size=1200,1000"]
RIGHT = "\ue014"
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # how WebDriver marks an element in its answers


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, seconds=90):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if found := what():
                return found
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(0.2)
    raise TimeoutError(f"waited {seconds} s in vain")


@pytest.fixture
def running():
    started = []

    def run(*command, **kw):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
        started.append(subprocess.Popen(command, **quiet, **kw))

    yield run
    for process in reversed(started):
        process.terminate()
        process.wait(30)


@pytest.fixture
def lab(tmp_path, running):
    """Address of a JupyterLab that serves one notebook."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(CELL)], metadata={"kernelspec": kernel}
    )
    nbformat.write(notebook, tmp_path / "try.ipynb")
    port = free_port()
    options = ["--no-browser", "--allow-root", "--expose-app-in-browser", "--IdentityProvider.token="]
    options += ["--ip=127.0.0.1", f"--port={port}", f"--ServerApp.root_dir={tmp_path}"]
    environment = {key: value for key, value in os.environ.items() if key != "KEHU_STATIC"}
    environment["JUPYTER_CONFIG_DIR"] = str(tmp_path / "config")
    running(sys.executable, "-m", "jupyterlab", *options, env=environment)
    return f"http://127.0.0.1:{port}"


@pytest.fixture
def browser(tmp_path, running):
    """Function that sends a WebDriver command to a fresh browser."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        pytest.skip("there is no chromium with chromedriver here to look at JupyterLab with")
    port = free_port()
    running(driver, f"--port={port}")

    def call(method, path, **body):
        data = json.dumps(body).encode() if method == "POST" else None
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, method=method)
        with urllib.request.urlopen(request, timeout=90) as answer:
            return json.load(answer)["value"]

    wait_for(lambda: call("GET", "/status")["ready"])
    options = {"binary": chromium, "args": [*FLAGS, f"--user-data-dir={tmp_path / 'profile'}"]}
    wish = {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}
    session = call("POST", "/session", capabilities=wish)["sessionId"]
    yield lambda method, path, **body: call(method, f"/session/{session}{path}", **body)
    call("DELETE", f"/session/{session}")


def test_an_explorer_in_jupyterlab(lab, browser):
    def js(script):
        return browser("POST", "/execute/sync", script=script, args=[])

    def pictures():
        return js("return [...document.querySelectorAll('img.widget-image')].map(x => x.src)")

    def status():
        return js("return document.querySelector('.widget-html').innerText").strip()

    wait_for(lambda: urllib.request.urlopen(f"{lab}/api").close() is None)
    browser("POST", "/url", url=f"{lab}/lab/tree/try.ipynb")
    kernel = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"
    wait_for(lambda: js(f"return {kernel}?.status === 'idle'"))
    js("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    (first,) = wait_for(pictures)

    handle = browser("POST", "/element", using="css selector", value=".noUi-handle")[ELEMENT]
    browser("POST", f"/element/{handle}/value", text=RIGHT)
    wait_for(lambda: pictures()[0] != first)
    assert len(pictures()) == 1
    assert wait_for(lambda: status() == "")
    assert js("return document.querySelectorAll('.jp-OutputArea-output').length") == 1

    browser("POST", f"/element/{handle}/value", text=RIGHT)
    assert wait_for(lambda: "five is too many" in status())
    assert "Traceback" not in status()

    js("[...document.querySelectorAll('.widget-button')].at(-1).click()")
    assert wait_for(lambda: status() == "")
    assert js("return document.querySelector('.widget-readout').innerText") == "3"
