"""What we write is read back by programs that others wrote: pyarrow, pyreadstat, calamine, csv."""

import csv
import io
import json
from datetime import UTC, date, datetime
from math import isnan

import pyarrow.parquet as pq
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from survey.exchange.exports.columns import Column
from survey.exchange.exports.delimited import CsvWriter, harmless
from survey.exchange.exports.layout import writer
from survey.exchange.exports.sav import variables

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
COLUMNS = [
    Column("words", "text", "您的意见", longest=1200),
    Column("channel", "code", "渠道", (("hall", "营业厅"), ("phone", "电话"), ("app", "应用"))),
    Column("overall", "integer", "总体满意度", ((1, "很不满意"), (5, "很满意")), "ordinal"),
    Column("minutes", "number", "分钟", decimals=2),
    Column("moved_in", "day", "入住日期"),
    Column("may_contact", "flag", "可以联系", ((1, "是"), (0, "否"))),
]
ROWS = [
    ['抄错表了,\n"真的"', "phone", 2, 12.25, date(2024, 2, 29), True],
    [None, None, None, None, None, None],
    ["x" * 1200, "app", 5, -1e9, date(1900, 1, 1), False],
    ["电" * 400, "hall", 1, 3.0, date(2100, 12, 31), True],
]


def written(kind, rows, columns=COLUMNS):
    file = io.BytesIO()
    out = writer(kind, file, columns, title="测试", at=AT)
    out.write(rows[:2])
    out.write(rows[2:])
    out.close()
    return file.getvalue()


def plain(values):
    """With None where a number is missing."""
    return [None if isinstance(value, float) and isnan(value) else value for value in values]


@pytest.fixture
def sav(tmp_path):
    def read(rows, columns=COLUMNS, **more):
        path = tmp_path / "answers.sav"
        path.write_bytes(written("sav", rows, columns))
        return pyreadstat.read_sav(path, **more)

    return read


class TestSpss:
    def test_values_of_every_kind(self, sav):
        table, about = sav(ROWS)
        assert list(table.columns) == [column.name for column in COLUMNS]
        assert list(table["words"]) == [ROWS[0][0], "", ROWS[2][0], ROWS[3][0]]
        assert plain(table["channel"]) == [2, None, 3, 1]
        assert plain(table["minutes"]) == [12.25, None, -1e9, 3.0]
        assert list(table["moved_in"])[0::2] == [date(2024, 2, 29), date(1900, 1, 1)]
        assert plain(table["may_contact"]) == [1, None, 0, 1]
        assert about.number_rows == 4

    def test_labels_of_variables_and_values(self, sav):
        _, about = sav(ROWS)
        assert about.column_names_to_labels["overall"] == "总体满意度"
        assert about.variable_value_labels["channel"] == {1.0: "营业厅", 2.0: "电话", 3.0: "应用"}
        assert about.variable_value_labels["overall"] == {1.0: "很不满意", 5.0: "很满意"}
        assert about.variable_measure["overall"] == "ordinal"
        assert (about.file_encoding, about.file_label) == ("UTF-8", "测试")

    @pytest.mark.parametrize("width", [1, 7, 8, 9, 254, 255, 256, 257, 504, 505, 509, 510, 511, 1020, 16000])
    def test_texts_of_any_width(self, sav, width):
        columns = [Column("a", "text", "", longest=width), Column("n", "integer", "")]
        text = ("0123456789" * 1700)[: width - 1] + "z"
        table, _ = sav([[text, 7], ["k", None], [text, -99]], columns)
        assert list(table["a"]) == [text, "k", text]
        assert list(table["n"])[0::2] == [7, -99]

    def test_names_that_it_does_not_take_are_changed(self):
        columns = [Column(name, "integer", "") for name in ("all", "A", "a", "n" * 70, "n" * 70, "matrix.row")]
        names = [one.name for one in variables(columns)]
        assert names[0] == "all_1"
        assert len({name.casefold() for name in names}) == 6
        assert max(map(len, names)) <= 64

    @settings(max_examples=40, deadline=None)
    @given(rows=st.lists(st.tuples(
        st.one_of(st.none(), st.integers(-(2**31), 2**31 - 1)),
        st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300)),
        st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60),
    ), min_size=1, max_size=30))  # fmt: skip
    def test_any_table(self, tmp_path_factory, rows):
        columns = [Column("n", "integer", ""), Column("x", "number", ""), Column("t", "text", "", longest=300)]
        path = tmp_path_factory.mktemp("sav") / "a.sav"
        path.write_bytes(written("sav", [list(row) for row in rows], columns))
        table, _ = pyreadstat.read_sav(path)
        for place, (name, kind) in enumerate((("n", float), ("x", float))):
            read = plain(table[name])
            assert read == [None if row[place] is None else kind(row[place]) for row in rows]
        assert [text.rstrip(" ") for text in table["t"]] == [row[2].rstrip(" ") for row in rows]


class TestParquet:
    def test_values_of_every_kind(self):
        table = pq.read_table(io.BytesIO(written("parquet", ROWS)))
        assert [list(row.values()) for row in table.to_pylist()] == ROWS
        assert [str(field.type) for field in table.schema] == [
            "string",
            "string",
            "int32",
            "double",
            "date32[day]",
            "bool",
        ]

    def test_several_row_groups(self):
        rows = [["a", "hall", n % 5, n / 4, None, n % 2 == 0] for n in range(20_000)]
        file = pq.ParquetFile(io.BytesIO(written("parquet", rows)))
        assert file.metadata.num_row_groups == 5
        assert [list(row.values()) for row in file.read().to_pylist()] == rows

    def test_the_codebook_is_in_the_footer(self):
        about = pq.ParquetFile(io.BytesIO(written("parquet", ROWS))).metadata.metadata
        assert json.loads(about[b"gridloop.codebook"])[1]["values"][1] == {"value": "phone", "label": "电话"}

    def test_no_rows(self):
        assert pq.read_table(io.BytesIO(written("parquet", []))).num_rows == 0

    @settings(max_examples=40, deadline=None)
    @given(rows=st.lists(st.tuples(
        st.one_of(st.none(), st.text(st.characters(exclude_categories=("Cs",)), max_size=50)),
        st.one_of(st.none(), st.integers(-(2**31), 2**31 - 1)),
        st.one_of(st.none(), st.floats(allow_nan=False)),
        st.one_of(st.none(), st.booleans()),
        st.one_of(st.none(), st.dates()),
    ), max_size=40))  # fmt: skip
    def test_any_table(self, rows):
        kinds = ("text", "integer", "number", "flag", "day")
        columns = [Column(f"c{place}", kind, "") for place, kind in enumerate(kinds)]
        table = pq.read_table(io.BytesIO(written("parquet", [list(row) for row in rows], columns)))
        assert [tuple(row.values()) for row in table.to_pylist()] == rows


class TestWorkbook:
    def test_values_and_the_codebook(self):
        book = CalamineWorkbook.from_filelike(io.BytesIO(written("xlsx", ROWS)))
        head, first, *_ = book.get_sheet_by_name("responses").to_python()
        assert head == [column.name for column in COLUMNS]
        assert first == [ROWS[0][0], "phone", 2.0, 12.25, date(2024, 2, 29), 1.0]
        assert ["channel", "code", "渠道", "phone", "电话"] in book.get_sheet_by_name("codebook").to_python()

    @pytest.mark.parametrize("text", ["=1+1", "http://example.com", "@SUM(A1)", "-2", "{=1}", "internal:x!A1"])
    def test_texts_stay_texts(self, text):
        content = written("xlsx", [[text, None, None, None, None, None]])
        row = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("responses").to_python()[1]
        assert row[0] == text
        assert b"<f>" not in content

    def test_a_full_sheet_is_followed_by_another(self, monkeypatch):
        from survey.exchange.exports import workbook

        monkeypatch.setattr(workbook, "LAST_ROW", 3)
        rows = [[str(n), None, n, None, None, None] for n in range(8)]
        book = CalamineWorkbook.from_filelike(io.BytesIO(written("xlsx", rows)))
        sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names[:3]]
        assert [line[0] for lines in sheets for line in lines[1:]] == [str(n) for n in range(8)]
        assert all(lines[0] == [column.name for column in COLUMNS] for lines in sheets)

    def test_what_xml_cannot_hold(self):
        content = written("xlsx", [["a\x00b\x0bc", None, None, None, None, None]])
        row = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("responses").to_python()[1]
        assert row[0] == "a\ufffdb\ufffdc"


class TestDelimited:
    def test_rows_as_a_reader_of_csv_sees_them(self):
        content = written("csv", ROWS).decode("utf-8")
        assert content.startswith("\ufeff")
        read = list(csv.reader(io.StringIO(content[1:], newline="")))
        assert read[1] == [ROWS[0][0], "phone", "2", "12.25", "2024-02-29", "1"]
        assert read[2] == [""] * 6

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "＝", "\n="])
    def test_no_text_begins_a_formula(self, start):
        file = io.BytesIO()
        out = CsvWriter(file, ["a"])
        out.write([[start + "cmd|' /C calc'!A0"]])
        out.close()
        (cell,) = next(csv.reader(io.StringIO(file.getvalue().decode()[1:].split("\r\n", 1)[1], newline="")))
        assert cell == "'" + start + "cmd|' /C calc'!A0"

    def test_numbers_and_other_texts_stay_as_they_are(self):
        assert harmless("fine - really") == "fine - really"
        file = io.BytesIO()
        out = CsvWriter(file, ["a", "b"])
        out.write([[-5, -1.5]])
        out.close()
        assert file.getvalue().decode().endswith("-5,-1.5\r\n")

    @given(st.text(max_size=30))
    def test_whatever_the_text(self, text):
        assert not harmless(text).lstrip(" \u00a0\u3000").startswith(("=", "+", "-", "@", "\t", "\r"))
