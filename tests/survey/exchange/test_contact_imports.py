"""Files of contacts: all rows or none, every fault by row and column, whatever the spreadsheet made of them."""

import io
import zipfile
from itertools import count

import pytest

from kit.auth import Role
from tests.survey.exchange.importing import Importing, places, workbook

HEADING = "account,source_version,unit,name,phone,language,segment,opt_out,consent\n"
numbers = count(4_200_000_001)


@pytest.fixture
def importing(survey):
    return Importing(survey)


def row(account, **more):
    values = {
        "account": account, "source_version": 1, "unit": "/city/east/", "name": "王芳", "phone": "+8613800000001",
        "language": "zh-CN", "segment": "residential", "opt_out": "false", "consent": "true",
    } | more  # fmt: skip
    return ",".join(str(value) for value in values.values()) + "\n"


class TestAFileOfContacts:
    async def test_each_row_is_a_contact(self, importing):
        first, second = str(next(numbers)), str(next(numbers))
        result = await importing.run(HEADING + row(first) + row(second, name='"李,\n四"', consent="否"))
        assert (result["outcome"], result["rows"], result["changed"]) == ("applied", 2, 2)
        assert (await importing.contact(first))["name"] == "王芳"
        stored = await importing.contact(second)
        assert (stored["name"], stored["consent"]) == ("李,\n四", False)

    async def test_the_same_file_again_changes_nothing(self, importing):
        file = HEADING + row(next(numbers)) + row(next(numbers))
        await importing.run(file)
        again = await importing.run(file)
        assert (again["changed"], again["unchanged"]) == (0, 2)

    async def test_a_newer_version_changes_and_an_older_does_not(self, importing):
        account = str(next(numbers))
        await importing.run(HEADING + row(account, source_version=5, name="five"))
        await importing.run(HEADING + row(account, source_version=4, name="four"))
        assert (await importing.contact(account))["name"] == "five"
        await importing.run(HEADING + row(account, source_version=6, name="six"))
        assert (await importing.contact(account))["name"] == "six"

    async def test_headings_in_chinese_in_any_order(self, importing):
        account = str(next(numbers))
        file = f"同意,户号,姓名,手机号,语言,单位,版本\n是,{account},赵六,13800000002,中文,/city/east/,1\n"
        await importing.run(file)
        stored = await importing.contact(account)
        assert (stored["name"], stored["phone"], stored["language"]) == ("赵六", "+8613800000002", "zh-CN")

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    async def test_what_spreadsheet_programs_write(self, importing, encoding, delimiter):
        account = str(next(numbers))
        file = (HEADING + row(account, name="欧阳娜娜")).replace(",", delimiter).replace("\n", "\r\n")
        await importing.run(file.encode(encoding))
        assert (await importing.contact(account))["name"] == "欧阳娜娜"

    async def test_many_rows_go_in_chunks(self, importing, survey):
        accounts = [str(next(numbers)) for _ in range(1203)]
        result = await importing.run(HEADING + "".join(row(account) for account in accounts))
        assert result["changed"] == 1203
        (stored,) = await survey.sql("SELECT count(*) AS n FROM contact WHERE account = ANY($1)", accounts)
        assert stored["n"] == 1203

    async def test_nothing_of_the_file_is_kept(self, importing, survey):
        await importing.run(HEADING + row(next(numbers)))
        for table in ("import_row", "stored_file", "file_piece"):
            assert await survey.sql(f"SELECT 1 FROM {table}") == []


class TestAllOrNothing:
    async def test_one_fault_refuses_the_whole_file(self, importing):
        good, bad = str(next(numbers)), str(next(numbers))
        result = await importing.run(HEADING + row(good) + row(bad, phone="12"))
        assert (result["outcome"], result["fault_count"]) == ("refused", 1)
        assert places(result) == [(3, "phone")]
        assert await importing.contact(good) is None

    async def test_a_fault_after_many_good_rows_too(self, importing, survey):
        accounts = [str(next(numbers)) for _ in range(1100)]
        file = HEADING + "".join(row(account) for account in accounts) + row("x")
        result = await importing.run(file)
        assert places(result) == [(1102, "account")]
        assert await survey.sql("SELECT 1 FROM contact WHERE account = ANY($1)", accounts) == []

    async def test_every_fault_is_told_by_row_and_column(self, importing):
        file = HEADING + row("12", language="fr") + row(next(numbers), consent="maybe", segment="Private!")
        result = await importing.run(file)
        assert sorted(places(result)) == [(2, "account"), (2, "language"), (3, "consent")]
        assert {fault["detail"] for fault in result["faults"]} >= {
            "An account number has 4 to 20 digits.",
            "The language is zh-CN or en.",
        }

    async def test_faults_are_bounded_and_counted(self, importing):
        result = await importing.run(HEADING + "".join(row("x") for _ in range(250)))
        assert (result["fault_count"], len(result["faults"])) == (250, 100)

    async def test_faults_repeat_no_personal_data(self, importing):
        result = await importing.run(HEADING + row(next(numbers), phone="0000-secret", name="n" * 300))
        assert result["outcome"] == "refused"
        assert "secret" not in str(result)
        assert "nnn" not in str(result)

    async def test_an_account_stands_in_a_file_once(self, importing):
        account = str(next(numbers))
        result = await importing.run(HEADING + row(account) + row(next(numbers)) + row(account))
        assert places(result) == [(4, "")]
        assert "row 2" in result["faults"][0]["detail"]

    async def test_a_dry_run_stores_nothing(self, importing):
        account = str(next(numbers))
        result = await importing.run(HEADING + row(account), dry_run=True)
        assert (result["outcome"], result["rows"], result["changed"]) == ("checked", 1, 0)
        assert await importing.contact(account) is None

    async def test_other_units_are_not_ones_own_to_write(self, importing):
        result = await importing.run(HEADING + row(next(numbers), unit="/city/west/"), unit="/city/east/")
        assert places(result) == [(2, "unit")]

    async def test_an_import_whose_worker_died_goes_on_where_it_was(self, importing, survey, monkeypatch):
        """Killed after two chunks: they stay, the next worker does the rest, nothing twice."""
        from survey.contacts import service as contacts
        from survey.exchange.contacts import service as contact_files

        accounts = [str(next(numbers)) for _ in range(900)]
        begun = await importing.send((HEADING + "".join(row(account) for account in accounts)).encode())
        calls = []

        async def dies_on_the_third(*given, **more):
            calls.append(1)
            if len(calls) == 3:
                raise ConnectionError("the machine went away")
            return await contacts.put_contacts(*given, **more)

        with monkeypatch.context() as patched:
            patched.setattr(contact_files, "put_contacts", dies_on_the_third)
            with pytest.raises(ConnectionError):
                await importing.jobs()
        (half,) = await survey.sql("SELECT count(*) AS n FROM contact WHERE account = ANY($1)", accounts)
        assert half["n"] == 500
        await survey.sql("UPDATE job SET lease_until = now() - interval '1 second' WHERE state = 'running'")
        await importing.jobs()
        async with survey.client(Role.INTEGRATOR) as client:
            job = (await client.get(begun.headers["Location"])).json()
        assert (job["result"]["outcome"], job["result"]["changed"]) == ("applied", 900)

    async def test_what_fails_unforeseen_leaves_no_rows_behind_and_is_completed_by_the_same_file(
        self, importing, survey, monkeypatch
    ):
        from survey.exchange.contacts import service as contact_files

        account = str(next(numbers))
        file = HEADING + row(account)

        async def fails(*_, **__):
            raise ValueError("nobody thought of this")

        with monkeypatch.context() as patched:
            patched.setattr(contact_files, "put_contacts", fails)
            begun = await importing.send(file.encode())
            await importing.jobs()
        async with survey.client(Role.INTEGRATOR) as client:
            assert (await client.get(begun.headers["Location"])).json()["state"] == "failed"
        assert await survey.sql("SELECT 1 FROM import_row UNION ALL SELECT 1 FROM file_piece") == []
        assert (await importing.run(file))["changed"] == 1

    async def test_stopped_while_it_waits_it_does_nothing(self, importing, survey):
        account = str(next(numbers))
        begun = await importing.send((HEADING + row(account)).encode())
        async with survey.client(Role.INTEGRATOR) as client:
            stopped = await client.post(begun.headers["Location"] + "/stop")
        assert stopped.json()["state"] == "stopped"
        await importing.jobs()
        assert await importing.contact(account) is None


class TestSpreadsheets:
    async def test_a_workbook(self, importing):
        account = str(next(numbers))
        file = workbook(["户号", "同意", "姓名", "电话", "版本"], [account, "是", "王五", 13800000003, 1])
        await importing.run(file)
        stored = await importing.contact(account)
        assert (stored["name"], stored["phone"]) == ("王五", "+8613800000003")

    async def test_an_account_stored_as_a_number_may_have_lost_its_zeros(self, importing):
        result = await importing.run(workbook(["account", "consent", "source_version"], [12345678, True, 1]))
        assert places(result) == [(2, "account")]
        assert "leading zeros" in result["faults"][0]["detail"]

    async def test_told_how_many_digits_there_are_it_gets_them_back(self, importing):
        account = f"00{next(numbers)}"
        file = workbook(["account", "consent", "source_version"], [int(account), True, 1])
        await importing.run(file, account_digits=12)
        assert await importing.contact(account) is not None

    @pytest.mark.parametrize("column", ["account", "phone"])
    async def test_a_number_that_was_rounded_is_refused_with_advice(self, importing, column):
        result = await importing.run(HEADING + row(**{"account": next(numbers)} | {column: "1.38E+10"}))
        assert places(result) == [(2, column)]
        assert "format the column as text" in result["faults"][0]["detail"]

    async def test_a_formula_is_read_as_the_value_it_had(self, importing):
        file = workbook(
            ["account", "consent", "source_version"], [None, True, 1], formulas={(1, 0): '=CONCAT("31","00000077")'}
        )
        await importing.run(file)
        assert await importing.contact("3100000077") is not None

    async def test_one_that_expands_without_end_is_refused(self, importing):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
            parts.writestr("xl/worksheets/sheet1.xml", b"<a>" + b" " * 200_000_000)
        assert len(file.getvalue()) < 1_000_000
        result = await importing.run(file.getvalue())
        assert "expands" in result["faults"][0]["detail"]

    async def test_a_cell_far_to_the_right_lays_out_no_table(self, importing):
        result = await importing.run(workbook(["account", *[None] * 9000, "x"], ["1"]))
        assert "columns at most" in result["faults"][0]["detail"]

    @pytest.mark.parametrize(
        ("content", "word"),
        [
            (b"", "empty"),
            (HEADING.encode(), "no rows"),
            (b"\xff\xfea\x00", "UTF-16"),
            (b"\xd0\xcf\x11\xe0rest", "old or encrypted"),
            (b"PK\x03\x04rest", "no readable XLSX"),
            (b"account,consent\n\xff\xff\xff\n", "not text"),
            (HEADING.encode() + b'"3100000001,' + b"x" * 200_000, "quotation mark"),
        ],
    )
    async def test_what_is_no_table_is_refused_in_a_sentence(self, importing, content, word):
        result = await importing.run(content)
        assert result["outcome"] == "refused"
        assert word in result["faults"][0]["detail"]

    async def test_unknown_missing_and_repeated_columns(self, importing):
        result = await importing.run("account,Account,colour\n1,2,3\n", source_version=1)
        assert places(result) == [(1, "B"), (1, "C"), (1, "consent")]

    async def test_without_versions_the_client_says_one(self, importing):
        file = f"account,consent\n{next(numbers)},yes\n"
        assert places(await importing.run(file)) == [(1, "source_version")]
        assert (await importing.run(file, source_version=7))["changed"] == 1

    @pytest.mark.parametrize("language", ["zh-CN", "en"])
    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    async def test_the_template_is_a_file_that_is_taken(self, importing, survey, language, kind):
        async with survey.client(Role.INTEGRATOR) as client:
            query = {"format": kind, "language": language}
            template = await client.get("/v1/contacts/import-template", params=query)
        result = await importing.run(template.content, dry_run=True)
        assert (result["outcome"], result["rows"]) == ("checked", 1)


class TestLimits:
    async def test_a_file_above_the_limit_is_refused_and_deleted(self, survey, importing):
        limit = survey.runtime.settings.import_limit
        try:
            object.__setattr__(survey.runtime.settings, "import_limit", 2000)
            answer = await importing.send(b"x" * 1_000_000)
        finally:
            object.__setattr__(survey.runtime.settings, "import_limit", limit)
        assert answer.status_code == 413
        assert answer.json()["type"] == "urn:gridloop:problem:file_too_large"

    @pytest.mark.parametrize("value", ["a\x00b", "x" * 20_000])
    async def test_cells_of_any_content_are_told_by_their_place(self, importing, value):
        result = await importing.run(HEADING + row(next(numbers), name=value))
        assert places(result) == [(2, "name")]
