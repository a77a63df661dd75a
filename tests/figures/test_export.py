import errno
import hashlib
import json
import os
import re
import struct
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import polars as pl
import pytest

from kehu import figures, plots
from kehu.figures import export, switch
from kehu.figures.look import WIDTHS
from kehu.warnings import LayoutWarning

CAPTION = {"en": "Items in the basket", "zh": "购物篮内项目数"}
SIZES = pd.DataFrame({"size": [1, 2, 3], "baskets": [70, 20, 10], "share": [0.7, 0.2, 0.1]})
PICTURES = [f"01_sizes{language}.{ending}" for language in ("", ".zh") for ending in ("png", "pdf", "svg")]


@pytest.fixture
def quick(monkeypatch):
    """One format, where it is not formats that are tested."""
    monkeypatch.setattr(export, "_FORMATS", ("png",))


@pytest.fixture
def sizes():
    return plots.basket_size(SIZES).figure


def contents(folder):
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def test_one_call_writes_everything_in_both_languages(sizes, tmp_path):
    saved = figures.save(sizes, "01_sizes", caption=CAPTION, data=SIZES, folder=tmp_path)
    assert set(saved.files) == set(contents(tmp_path)) == {*PICTURES, "01_sizes.csv", "01_sizes.json"}
    assert saved.folder == tmp_path
    assert str(tmp_path) not in repr(saved)
    # Text is text in PDF: TrueType (fonttype 42), and of the font only what is used.
    pdf = (tmp_path / "01_sizes.zh.pdf").read_bytes()
    assert b"/CIDFontType2" in pdf
    assert b"/Type3" not in pdf
    assert b"NotoSansSC-Regular" in pdf
    assert len(pdf) < 100_000
    # In SVG it is outlines.
    assert "<text" not in (tmp_path / "01_sizes.zh.svg").read_text(encoding="utf-8")


@pytest.mark.usefixtures("quick")
def test_without_a_folder_figures_go_to_the_project_s(sizes, monkeypatch, tmp_path):
    monkeypatch.setenv("KEHU_FIGURES", str(tmp_path / "new"))
    figures.save(sizes, "01_sizes", caption=CAPTION)
    assert (tmp_path / "new" / "01_sizes.zh.png").is_file()
    assert not (tmp_path / "new" / "01_sizes.csv").exists()


@pytest.mark.parametrize(("width", "height"), [("single", 60), ("double", 86.04), ("slide", 143)])
def test_the_width_is_exact_in_every_format(sizes, tmp_path, width, height):
    figures.save(sizes, "01_sizes", caption=CAPTION, width=width, folder=tmp_path)
    for language in ("", ".zh"):
        png = (tmp_path / f"01_sizes{language}.png").read_bytes()
        across, down = struct.unpack(">II", png[16:24])
        assert (across, down) == (int(WIDTHS[width] / 25.4 * 300), pytest.approx(height / 25.4 * 300, abs=1))
        dots_per_metre = struct.unpack(">I", png[png.index(b"pHYs") + 4 :][:4])[0]
        assert dots_per_metre == round(300 / 0.0254)
        pdf = (tmp_path / f"01_sizes{language}.pdf").read_bytes()
        box = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+) ?\]", pdf)
        assert float(box[1]) * 25.4 / 72 == pytest.approx(WIDTHS[width], abs=0.01)
        svg = (tmp_path / f"01_sizes{language}.svg").read_text(encoding="utf-8")
        assert float(re.search(r'width="([\d.]+)pt"', svg)[1]) * 25.4 / 72 == pytest.approx(WIDTHS[width])


@pytest.mark.usefixtures("quick")
def test_the_sidecar_says_what_the_figure_is(sizes, tmp_path):
    figures.save(
        sizes, "01_sizes", caption=CAPTION, data=SIZES, parameters={"items": {"b", "a"}}, folder=tmp_path
    )
    sidecar = json.loads((tmp_path / "01_sizes.json").read_text(encoding="utf-8"))
    csv = (tmp_path / "01_sizes.csv").read_bytes()
    assert sidecar["caption"] == CAPTION
    assert sidecar["notebook"] == "01"
    assert sidecar["parameters"] == {"items": ["a", "b"]}
    assert sidecar["data"] == {"file": "01_sizes.csv", "sha256": hashlib.sha256(csv).hexdigest()}
    assert (sidecar["width"], sidecar["width_mm"], sidecar["height_mm"]) == ("single", 89, 60)
    assert sidecar["versions"]["matplotlib"] == mpl.__version__


@pytest.mark.usefixtures("quick")
def test_the_data_can_be_read_back_from_any_dataframe(sizes, tmp_path):
    for data in (SIZES, pl.DataFrame(SIZES.to_dict("list"))):
        figures.save(sizes, "01_sizes", caption=CAPTION, data=data, folder=tmp_path)
        assert (tmp_path / "01_sizes.csv").read_bytes().startswith(b"\xef\xbb\xbfsize,baskets,share\n")
        pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "01_sizes.csv"), SIZES)


def test_the_same_figure_has_the_same_bytes_whatever_was_drawn_in_between(fig, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "_FORMATS", ("png", "svg"))
    options = {"caption": CAPTION, "data": SIZES, "translations": {"My own label": "我的"}}
    figures.save(fig, "01_x", **options, folder=tmp_path / "one")
    with switch.at_size(fig, "slide"):
        fig.canvas.draw()
    figures.save(fig, "01_x", **options, folder=tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


SCRIPT = """
import sys
import pandas as pd
import kehu
sizes = pd.DataFrame({"size": [1, 2, 3], "baskets": [70, 20, 10], "share": [0.7, 0.2, 0.1]})
ax = kehu.plots.basket_size(sizes)
both = {"caption": {"en": "a", "zh": "b"}, "parameters": {"items": {"a", "b", "c"}}, "folder": sys.argv[1]}
kehu.figures.save(ax.figure, "01_sizes", **both, data=sizes)
table = sizes.assign(items=[frozenset("abc"), frozenset("de"), frozenset()])
kehu.figures.save_table(table, "01_table", **both, notes={"en": "c", "zh": "d"})
"""


def test_another_process_writes_the_same_bytes(tmp_path, monkeypatch):
    environment = os.environ | {"PYTHONHASHSEED": "2", "MPLBACKEND": "agg"}
    subprocess.run([sys.executable, "-c", SCRIPT, tmp_path / "there"], check=True, env=environment)
    monkeypatch.setattr(sys, "argv", ["", tmp_path / "here"])
    exec(compile(SCRIPT, "script", "exec"), {})
    assert len(contents(tmp_path / "here")) == 8 + 9
    assert contents(tmp_path / "here") == contents(tmp_path / "there")


@pytest.mark.usefixtures("quick")
def test_the_figure_and_all_settings_stay_as_they_were(fig, picture, tmp_path):
    before, settings = picture(fig), dict(mpl.rcParams)
    figures.save(fig, "01_x", caption=CAPTION, width="slide", folder=tmp_path)
    assert (picture(fig) == before).all()
    assert dict(mpl.rcParams) == settings
    assert plt.get_fignums() == [fig.number]


@pytest.mark.usefixtures("quick")
def test_settings_of_the_user_do_not_change_the_size(sizes, tmp_path):
    with mpl.rc_context({"savefig.bbox": "tight", "savefig.dpi": 50, "pdf.fonttype": 3}):
        figures.save(sizes, "01_sizes", caption=CAPTION, folder=tmp_path)
    assert struct.unpack(">I", (tmp_path / "01_sizes.png").read_bytes()[16:20])[0] == 1051


@pytest.mark.usefixtures("quick")
def test_a_plain_figure_can_be_saved_with_chinese(tmp_path):
    fig, ax = plt.subplots(layout="constrained")
    ax.plot([1, 2])
    ax.set(xlabel="Orders", ylabel="Mine")
    figures.save(fig, "01_x", caption=CAPTION, translations={"Mine": "我的"}, folder=tmp_path)


def test_a_character_without_a_glyph_is_refused_and_nothing_is_written(sizes, tmp_path):
    sizes.axes[0].set_title("Tea \N{TEACUP WITHOUT HANDLE}")
    with pytest.raises(ValueError, match=r"no font has '\N{TEACUP WITHOUT HANDLE}' \(U\+1F375\).*Tea"):
        figures.save(sizes, "01_sizes", caption=CAPTION, folder=tmp_path)
    assert contents(tmp_path) == {}


@pytest.mark.usefixtures("quick")
def test_labels_that_overlap_or_are_cut_are_told(sizes, tmp_path):
    sizes.axes[0].set_title("A title that is much too long for a single column of a journal, by far, I fear")
    with pytest.warns(LayoutWarning, match=r"01_sizes: 'A title.* is cut at the right edge \(en\);"):
        figures.save(sizes, "01_sizes", caption=CAPTION, folder=tmp_path)


@contextmanager
def full_disk(monkeypatch):
    """No room for more than 8 kB in a file: by the system's own limit, where it has one."""
    if os.name == "posix":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    else:
        with monkeypatch.context() as patch:
            patch.setattr(export.record, "write", fail(OSError(errno.ENOSPC, "full")))
            yield


def fail(error):
    def raising(*_, **__):
        raise error

    return raising


@pytest.fixture
def old(sizes, quick, tmp_path):
    """An earlier version of the same figure."""
    figures.save(sizes, "01_sizes", caption=CAPTION, data=SIZES, folder=tmp_path)
    return contents(tmp_path)


def test_a_full_disk_leaves_the_old_files(sizes, old, tmp_path, monkeypatch):
    sizes.axes[0].set_title("new")
    with full_disk(monkeypatch), pytest.raises(OSError, match=r".+"):
        figures.save(sizes, "01_sizes", caption=CAPTION, data=SIZES, folder=tmp_path)
    assert contents(tmp_path) == old


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError(errno.ENOSPC, "full"), "the disk is full"),
        (OSError(errno.EROFS, "read-only"), "the disk is read-only"),
        (KeyboardInterrupt("stop"), "stop"),
    ],
)
@pytest.mark.parametrize("written", [0, 1])
def test_whatever_stops_the_writing_the_old_files_stay(
    sizes, old, tmp_path, monkeypatch, error, message, written
):
    sizes.axes[0].set_title("new")
    writes, savefig = [], mpl.figure.Figure.savefig

    def stop(*args, **options):
        if len(writes) == written:
            raise error
        writes.append(savefig(*args, **options))

    monkeypatch.setattr(mpl.figure.Figure, "savefig", stop)
    with pytest.raises(type(error), match=message):
        figures.save(sizes, "01_sizes", caption=CAPTION, data=SIZES, folder=tmp_path)
    assert contents(tmp_path) == old
    assert sizes.axes[0].get_xlabel() == "Items in the basket"


def test_a_file_in_place_of_the_folder(sizes, tmp_path):
    (tmp_path / "figures").write_text("mine")
    with pytest.raises(OSError, match="it is a file, not a folder"):
        figures.save(sizes, "01_sizes", caption=CAPTION, folder=tmp_path / "figures")
    assert (tmp_path / "figures").read_text() == "mine"


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"fig": "x"}, TypeError, "fig must be a Matplotlib figure"),
        ({"stem": "a/b"}, ValueError, "stem 'a/b' must hold letters"),
        ({"stem": "../b"}, ValueError, "must hold letters"),
        ({"stem": "01.zh"}, ValueError, "must hold letters"),
        ({"stem": ""}, ValueError, "must hold letters"),
        ({"stem": 1}, TypeError, r"stem must be text such as '01_orders', got int \(1\)"),
        ({"caption": "Items"}, TypeError, "caption must be"),
        ({"caption": {"en": "Items"}}, ValueError, "caption needs a text for 'zh', got None"),
        ({"caption": {"en": "Items", "zh": " "}}, ValueError, "caption needs a text for 'zh', got ' '"),
        ({"caption": {**CAPTION, "cn": "x"}}, ValueError, "unknown language 'cn'"),
        ({"width": "page"}, ValueError, "width 'page' is not known"),
        ({"data": [1, 2]}, TypeError, "data must be a dataframe"),
        ({"parameters": {"model": object()}}, TypeError, r"parameters\['model'\] must hold numbers"),
        ({"translations": {"a": None}}, TypeError, "translations must map text to text"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_is_written(sizes, tmp_path, change, error, message):
    arguments = {"fig": sizes, "stem": "01_sizes", "caption": CAPTION, "folder": tmp_path / "new"} | change
    with pytest.raises(error, match=message):
        figures.save(arguments.pop("fig"), arguments.pop("stem"), **arguments)
    assert not (tmp_path / "new").exists()


@pytest.mark.usefixtures("quick")
def test_a_table_is_not_overwritten_by_a_figure_of_its_name(sizes, tmp_path):
    figures.save_table(SIZES, "01_sizes", caption=CAPTION, folder=tmp_path)
    before = contents(tmp_path)
    with pytest.raises(
        ValueError, match="'01_sizes' is the name of a table already; name the figure otherwise"
    ):
        figures.save(sizes, "01_sizes", caption=CAPTION, data=SIZES, folder=tmp_path)
    assert contents(tmp_path) == before
