"""Dates found out: written by Python in every format, read back; and every reason to refuse."""

import datetime as dt
import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kehu.orders.dateformats import FORMATS
from kehu.orders.dates import parse

quick = settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])


def written(time: dt.datetime, date_format: str, *, padded: bool = True) -> str:
    """Write as a shop would; an oracle independent of the reader."""
    if date_format.startswith("unix"):
        seconds = int((time - dt.datetime(1970, 1, 1)).total_seconds())
        return f"{seconds * (1 if date_format == 'unix' else 1000)}"
    zoned = time.replace(tzinfo=dt.timezone(dt.timedelta(hours=8)))
    text = date_format
    if not padded:
        for field, value in (
            ("%m", time.month),
            ("%d", time.day),
            ("%H", time.hour),
            ("%I", (time.hour + 11) % 12 + 1),
        ):
            text = text.replace(field, str(value))
    return zoned.strftime(text)


def precise(time: dt.datetime, date_format: str) -> dt.datetime:
    """What of a time a format can hold."""
    keep = {"hour": ("%H", "%I"), "minute": ("%M",), "second": ("%S",)}
    lost = {unit: 0 for unit, fields in keep.items() if not any(field in date_format for field in fields)}
    return time if date_format.startswith("unix") else time.replace(**lost)


seconds = st.datetimes(dt.datetime(2001, 9, 10), dt.datetime(2032, 12, 31)).map(
    lambda t: t.replace(microsecond=0)
)


@given(times=st.lists(seconds, min_size=1, max_size=30), date_format=st.sampled_from(FORMATS), data=st.data())
@quick
def test_reads_back_what_was_written_in_any_format(times, date_format, data):
    padded = "%Y%m%d" in date_format or data.draw(st.booleans())
    texts = [written(time, date_format, padded=padded) for time in times]
    expected = [precise(time, date_format) for time in times]
    try:
        found = parse(pd.Series(texts))
    except ValueError as error:
        assert "ambiguous" in str(error)
        assert repr(date_format) in str(error)
        found = parse(pd.Series(texts), date_format=date_format)
    assert found.dtype == "datetime64[us]"
    assert found.tolist() == expected


@given(
    texts=st.lists(
        st.from_regex(r"(0[1-9]|[12][0-9]|3[01])/(0[1-9]|1[0-9])/20[12][0-9]", fullmatch=True), min_size=1
    ),
    date_format=st.sampled_from(["%d/%m/%Y", "%m/%d/%Y"]),
)
@quick
def test_a_given_format_agrees_with_strptime(texts, date_format):
    def strptime(text):
        try:
            return dt.datetime.strptime(text, date_format)
        except ValueError:
            return None

    expected = [strptime(text) for text in texts]
    if None in expected:
        first = texts[expected.index(None)]
        with pytest.raises(ValueError, match=first):
            parse(pd.Series(texts), date_format=date_format)
    else:
        assert parse(pd.Series(texts), date_format=date_format).tolist() == expected


@given(day=st.integers(1, 31), month=st.integers(1, 12), year=st.integers(1, 9999))
@quick
def test_impossible_dates_are_refused_and_possible_ones_read(year, month, day):
    text = f"{year:04}-{month:02}-{day:02}"
    try:
        expected = dt.datetime(year, month, day)
    except ValueError:
        with pytest.raises(ValueError, match=f"{text}.*no possible date"):
            parse(pd.Series([text]))
    else:
        assert parse(pd.Series([text])).tolist() == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2017-11-11T09:30:00.123456789Z", "2017-11-11 09:30:00.123456"),
        ("2017-11-11 09:30:00,5", "2017-11-11 09:30:00.5"),
        ("2017-11-11 09:30:00+08:00", "2017-11-11 09:30:00"),
        ("2017/11/1 9:05", "2017-11-01 09:05:00"),
        ("2017年1月1日", "2017-01-01"),
        ("2017年11月11日 9时30分05秒", "2017-11-11 09:30:05"),
        ("2017/11/11 下午 9:30:00", "2017-11-11 21:30:00"),
        ("11/13/2017 12:05 AM", "2017-11-13 00:05:00"),
        ("11/13/2017 12:05PM", "2017-11-13 12:05:00"),
        ("3-dec-2017", "2017-12-03"),
        ("11 November 2017", "2017-11-11"),
        ("Sept 1, 2017", "2017-09-01"),
        ("24.12.2017 23:59", "2017-12-24 23:59:00"),
        ("20171111", "2017-11-11"),
        ("20171111093005", "2017-11-11 09:30:05"),
        ("1510380000", "2017-11-11 06:00:00"),
        ("1510380000123", "2017-11-11 06:00:00.123"),
        (" 2017-11-11\t", "2017-11-11"),
        ("11/11/2017", "2017-11-11"),
    ],
)
def test_known_texts(text, expected):
    assert parse(pd.Series([text])).tolist() == [pd.Timestamp(expected)]


@pytest.mark.parametrize(
    "values", [[20171111], [20171111.0, np.nan], [decimal.Decimal(20171111)], [20171111, None]]
)
@pytest.mark.parametrize("kind", [None, "object"])
def test_whole_numbers_of_any_type(values, kind):
    found = parse(pd.Series(values, dtype=kind))
    assert found[0] == pd.Timestamp("2017-11-11")
    assert found[1:].isna().all()


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(pd.to_datetime(["2017-11-11 09:30", None])),
        pd.Series(pd.to_datetime(["2017-11-11 09:30", None])).dt.tz_localize("Asia/Shanghai"),
        pd.Series(pd.to_datetime(["2017-11-11 09:30", None]).astype("datetime64[s]")),
        pd.Series([dt.datetime(2017, 11, 11, 9, 30), None], dtype="object"),
        pd.Series(["2017-11-11 09:30", ""]),
        pd.Series(["2017-11-11 09:30", None], dtype="object"),
        pd.Series(["2017-11-11 09:30", None], dtype="string"),
        pd.Series(["2017-11-11 09:30", None], dtype="category"),
        pd.Series(["2017-11-11 09:30", None], dtype=pd.ArrowDtype(pa.string())),
        pd.Series(pa.array(["2017-11-11 09:30", None]).dictionary_encode().to_pandas()),
        pd.Series(
            pa.array([dt.datetime(2017, 11, 11, 9, 30), None]), dtype=pd.ArrowDtype(pa.timestamp("ns"))
        ),
        pd.Series(pd.to_datetime(["2017-11-11 09:30", None])).astype("category"),
        pd.Series([201711110930, None], dtype="Int64"),
        pd.Series([201711110930, None], dtype="Int64").astype("category"),
    ],
    ids=lambda values: str(values.dtype),
)
def test_any_type_of_column(values):
    values.index = [7, 3]
    values.name = "when"
    found = parse(values)
    expected = pd.Series(pd.to_datetime(["2017-11-11 09:30", None]), index=[7, 3], name="when")
    pd.testing.assert_series_equal(found, expected.astype("datetime64[us]"))


def test_of_a_zone_the_time_on_the_wall_is_kept_by_pyarrow_too():
    zoned = pd.Series(pd.to_datetime(["2017-11-11 09:30"])).dt.tz_localize("Asia/Shanghai")
    found = parse(zoned.astype(pd.ArrowDtype(pa.timestamp("us", "Asia/Shanghai"))))
    assert found.tolist() == [pd.Timestamp("2017-11-11 09:30")]


def test_pyarrow_dates():
    assert parse(pd.Series([dt.date(2017, 11, 11)], dtype=pd.ArrowDtype(pa.date32()))).tolist() == [
        pd.Timestamp("2017-11-11")
    ]


@pytest.mark.parametrize("values", [[], ["", None], [None], [np.nan], [" "], ["NULL", "N/A", "\\N", "NaT"]])
def test_nothing_but_missing(values):
    found = parse(pd.Series(values))
    assert len(found) == len(values)
    assert found.isna().all()
    assert found.dtype == "datetime64[us]"


def test_missing_words_among_dates():
    found = parse(pd.Series(["2017-11-11", "NULL", "#N/A", ""]))
    assert found.isna().tolist() == [False, True, True, True]


def test_ambiguous_dates_show_both_readings():
    with pytest.raises(ValueError, match="ambiguous") as error:
        parse(pd.Series(["", "03/04/2017", "05/06/2017"]))
    message = str(error.value)
    assert "'03/04/2017' (row 1)" in message
    assert "2017-04-03" in message
    assert "'%d/%m/%Y'" in message
    assert "2017-03-04" in message
    assert "'%m/%d/%Y'" in message


def test_one_value_late_in_the_column_decides_the_order():
    texts = ["03/04/2017"] * 50_000 + ["13/04/2017"]
    assert parse(pd.Series(texts))[0] == pd.Timestamp("2017-04-03")


def test_ten_digits_that_may_be_seconds_or_hours_are_ambiguous():
    with pytest.raises(ValueError, match=r"2017-11-11 09:00:00.*unix"):
        parse(pd.Series([2017111109]))


def test_mixed_formats_say_how_many_fit_and_quote_the_first_that_does_not():
    texts = ["2017-11-11"] * 70_000 + ["", "11/12/2017", "x"]
    with pytest.raises(
        ValueError, match=r"70000 of 70002 values fit '%Y-%m-%d', but '11/12/2017' \(row 70001\)"
    ):
        parse(pd.Series(texts))


def test_mixed_formats_in_categories_count_rows():
    texts = pd.Series(["2017-11-11", "2017-11-11", "11.11.2017", "2017-11-11"], dtype="category")
    with pytest.raises(ValueError, match=r"3 of 4 values .* '11.11.2017' \(row 2\)"):
        parse(texts)


def test_a_category_that_no_row_uses_does_no_harm():
    texts = pd.Series(["2017-11-11", "soon"], dtype="category")[:1]
    assert parse(texts).tolist() == [pd.Timestamp("2017-11-11")]


def test_with_and_without_time_of_day_is_read_only_when_asked_for():
    texts = pd.Series(["2017-11-11", "2017-11-12 09:30", "2017-11-12T09:30:01.5Z"])
    with pytest.raises(ValueError, match="date_format='ISO8601'"):
        parse(texts)
    assert parse(texts, date_format="ISO8601").tolist() == [
        pd.Timestamp("2017-11-11"),
        pd.Timestamp("2017-11-12 09:30"),
        pd.Timestamp("2017-11-12 09:30:01.5"),
    ]


def test_two_digit_years_only_when_asked_for():
    with pytest.raises(ValueError, match="two digits are read only when asked for"):
        parse(pd.Series(["13/11/17"]))
    found = parse(pd.Series(["13/11/17", "01/01/69"]), date_format="%d/%m/%y")
    assert found.dt.year.tolist() == [2017, 1969]


@pytest.mark.parametrize("values", [[43050.39, 43051.0], [43050, 43051], ["43050.39", "43051"]])
def test_excel_day_numbers_are_recognised_and_asked_about(values):
    with pytest.raises(ValueError, match="Excel's day numbers: '43050"):
        parse(pd.Series(values))
    found = parse(pd.Series(values), date_format="excel")
    assert found[1] == pd.Timestamp("2017-11-12")
    assert found[0].floor("h") in (pd.Timestamp("2017-11-11 09:00"), pd.Timestamp("2017-11-11"))


def test_excel_day_numbers_to_the_second():
    # 43050 + 9/24 + 30/1440 as Excel stores half past nine.
    assert parse(pd.Series([43050.395833333336]), date_format="excel")[0] == pd.Timestamp("2017-11-11 09:30")


def test_excel_format_refuses_other_things():
    with pytest.raises(ValueError, match=r"got 'x' \(row 1; 1 such"):
        parse(pd.Series(["43050", "x"]), date_format="excel")


@pytest.mark.parametrize(
    "values", [["soon"], [5], [1.5], ["2017-13-01"], ["24:00"], ["2017-11-11 24:00"], ["a" * 500]]
)
def test_no_dates_are_quoted(values):
    with pytest.raises(ValueError, match=str(values[0])):
        parse(pd.Series(values))


def test_a_thousand_shapes_are_refused_in_good_time():
    texts = ["2017-11-11", *(f"{'x' * (i % 40)}{i}{'y' * (i % 7)}" for i in range(50_000))]
    with pytest.raises(ValueError, match="1 of 50001 values fit"):
        parse(pd.Series(texts))


@pytest.mark.parametrize(
    "values",
    [[True, False], pd.to_timedelta(["1 D"]), pd.period_range("2017", periods=2, freq="M"), [{"a": 1}], [1j]],
    ids=str,
)
def test_other_types_are_refused(values):
    with pytest.raises(TypeError, match="must hold dates"):
        parse(pd.Series(values))


def test_dates_mixed_with_text_are_refused_with_counts():
    values = pd.Series([dt.datetime(2017, 3, 4), "13/04/2017", "14/04/2017"], index=[2, 3, 4])
    with pytest.raises(TypeError, match=r"2 of type str \('13/04/2017' in row 3\).*swapped day and month"):
        parse(values)


@pytest.mark.parametrize(
    ("date_format", "reason"),
    [
        ("%Q", "%Q"),
        ("%Y-%m", "year, month and day"),
        ("%Y-%m-%d %Y", "%Y"),
        ("%Y-%m-%d %I:%M", "go together"),
        ("%Y-%m-%d%", "once"),
        ("%Y-%m-%d 00:00", "fixed digits"),
        ("yyyy-mm-dd", "year, month and day"),
    ],
)
def test_a_bad_format_is_refused(date_format, reason):
    with pytest.raises(ValueError, match=reason):
        parse(pd.Series(["2017-11-11"]), date_format=date_format)


def test_a_format_must_be_text():
    with pytest.raises(TypeError, match="date_format"):
        parse(pd.Series(["2017-11-11"]), date_format=5)


def test_a_given_format_that_does_not_fit_counts():
    with pytest.raises(ValueError, match=r"1 of 2 values fit '%d/%m/%Y', but '2017-11-11' \(row 1\)"):
        parse(pd.Series(["11/11/2017", "2017-11-11"]), date_format="%d/%m/%Y")


@pytest.mark.parametrize(
    ("text", "date_format"),
    [
        ("2017-11-11 09:30:05.25", "%F %T"),
        ("Saturday, 11 November 2017 09:30:05.250", "%A, %d %B %Y %H:%M:%S.%f"),
        ("2017%11%11 09h30m05.25s", "%Y%%%m%%%d %Hh%Mm%Ss"),
        ("5.25/30/9 11/11/17", "%S/%M/%H %d/%m/%y"),
    ],
)
def test_less_common_fields_of_strptime(text, date_format):
    found = parse(pd.Series([text]), date_format=date_format)
    assert found.tolist() == [pd.Timestamp("2017-11-11 09:30:05.25")]
