"""Files as they come, good and bad: each bad one has a code, and every row is accounted for."""

import tomllib
import zipfile
from pathlib import Path

import pytest

from dashboard.errors import BadInput
from dashboard.registry import headers
from dashboard.registry.headers import find_field, fold_header, map_columns, shipped_headers
from dashboard.registry.tabular import RawTable, TableReader, open_tables, read_table

HEADER = "ACCT_ID,NAME,MOBILE_NO"
ROW = "0000000013,RAM,9415012346"


def _file(folder: Path, content: bytes, name: str = "export.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def _open(path: Path) -> TableReader:
    return open_tables(path, shipped_headers("export"), path.name)[0]


def _read(path: Path) -> RawTable:
    return read_table(path, shipped_headers("export"), path.name)


def _zip(folder: Path) -> Path:
    path = folder / "export.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("holiday.txt", "not a workbook")
    return path


BAD = [
    (b"", "file_empty"),
    (b"\n\n\n", "file_empty"),
    (b"NAME,MOBILE_NO\nRAM,9415012346\n", "no_account_column"),
    (b"just a letter to the division\nwith two lines\n", "no_account_column"),
    (b"ACCT_ID,ACCOUNT_NO,NAME\n0000000013,0000000014,RAM\n", "two_account_columns"),
    (b"KNO,CA,NAME\n0000000013,0000000014,RAM\n", "two_account_columns"),
    (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not_text"),
]


@pytest.mark.parametrize(("content", "code"), BAD)
def test_a_file_that_cannot_be_used_is_named_by_its_fault(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(BadInput) as refusal:
        _read(_file(tmp_path, content))
    assert refusal.value.code == code


def test_a_zip_called_xlsx_is_not_a_spreadsheet(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refusal:
        _open(_zip(tmp_path))
    assert refusal.value.code == "not_a_spreadsheet"


GOOD = [
    f"{HEADER}\n{ROW}\n".encode(),
    f"\ufeff{HEADER}\r\n{ROW}\r\n".encode(),
    f"{HEADER}\n{ROW}\n".encode("utf-16"),
    f"{HEADER}\n{ROW}\n".replace(",", ";").encode("cp1252"),
    f"{HEADER}\n{ROW}\n".replace(",", "\t").encode(),
    f"{HEADER}\n{ROW}\n".replace(",", "|").encode(),
    f"BILLED REPORT\n\n{HEADER}\n{ROW}\n".encode(),
    b"mobile no,  Name ,acct id\n9415012346,RAM,0000000013\n",
    f"{HEADER},\n{ROW},\n".encode(),  # a trailing delimiter
    f"{HEADER}\n{ROW}\n\n,,\n".encode(),  # blank lines are no rows
]


@pytest.mark.parametrize("content", GOOD)
def test_the_same_row_is_read_however_it_was_saved(tmp_path: Path, content: bytes) -> None:
    table = _read(_file(tmp_path, content))
    assert table.rows[["account_no", "name", "mobile_raw"]].to_numpy().tolist() == [
        ["0000000013", "RAM", "9415012346"]
    ]
    assert table.refused == []


def test_a_row_keeps_the_number_it_has_in_the_file(tmp_path: Path) -> None:
    content = f'TITLE\n{HEADER}\n{ROW}\n0000000014,"SITA\nDEVI",\n0000000015,short\n{HEADER}\nTOTAL,2,\n0000000016,LATA,\n'
    reader = _open(_file(tmp_path, content.encode()))
    assert [row_no for row_no, _ in reader.records()] == [3, 4, 8]
    assert [(row.row_no, row.reason) for row in reader.refused] == [(5, "ragged_row")]
    assert reader.not_rows == {"repeated_header": 1, "totals": 1}


def test_two_hundred_columns_are_no_obstacle(tmp_path: Path) -> None:
    header = ",".join(f"X{n}" for n in range(199)) + ",ACCT_ID\n"
    table = _read(_file(tmp_path, (header + "x," * 199 + "0000000013\n").encode()))
    assert table.rows["account_no"].tolist() == ["0000000013"]


def test_a_cell_of_fifty_megabytes_is_refused_and_the_rest_read(tmp_path: Path) -> None:
    content = f"{HEADER}\n0000000012,{'A' * 50_000_000},\n{ROW}\n".encode()
    table = _read(_file(tmp_path, content))
    assert [(row.row_no, row.reason) for row in table.refused] == [(2, "cell_too_long")]
    assert table.rows["account_no"].tolist() == ["0000000013"]


def test_no_header_means_two_fields() -> None:
    tables = tomllib.loads((Path(headers.__file__).parent / "headers.toml").read_text(encoding="utf-8"))
    for kind, fields in tables.items():
        folded = [(fold_header(name), field) for field, names in fields.items() for name in names]
        meant = {name: {field for other, field in folded if other == name} for name, _ in folded}
        assert {name for name, means in meant.items() if len(means) > 1} == set(), kind


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Mobile No. (10 digit)", "mobile_raw"), ("MOBILE_NO[10 DIGITS]", "mobile_raw"), ("बकाया राशि (रु.)", "amount_payable"),
        ("Outstanding (in Rs.)", "amount_payable"), ("Bill Date (DD-MM-YYYY)", "bill_date"), ("Load (KW)", "load"),
        ("मोबाइल न०", "mobile_raw"), ("खाता सं०", "account_no"), ("WhatsApp Number", "mobile_raw"), ("खण्ड का नाम", "division_name"),
        ("मो० नं०", "mobile_raw"), ("मोबाईल नम्बर", "mobile_raw"), ("दूरभाष सं०", "mobile_raw"), ("खाता नम्बर", "account_no"),
        ("अन्तिम भुगतान तिथि", "last_pay_date"), ("भार\n(कि०वा०)", "load"), ("बकाया\n(₹)", "amount_payable"), ("Name of Consumer", "name"),
        ("Arrear as on 30.06.2026 (Rs.)", "amount_payable"), ("33/11 KV Substation", "substation"), ("Meter Reader Mobile", "agent_mobile"),
        ("खाता संख्या / Account No", "account_no"), ("Mobile No. (मोबाइल नं०)", "mobile_raw"),
        ("Name / Address", None),  # two things in one column
        ("Load (BHP)", None),  # a unit that is to be reckoned with
        ("Mobile No. (Agent)", None), ("Name (Father)", None),  # another thing
    ],
)  # fmt: skip
def test_a_header_is_known_with_a_hint_behind_it(header: str, field: str | None) -> None:
    assert find_field(header, shipped_headers("export")) == field


@pytest.mark.parametrize(
    ("columns", "field", "column"),
    [
        ("ACCT_ID,DIV,DIV_NAME", "division_name", "DIV_NAME"),
        ("ACCT_ID,ZONE,ZONE_NAME", "zone_name", "ZONE_NAME"),
        ("ACCT_ID,FEEDER,FEEDER_NAME", "feeder", "FEEDER_NAME"),
        ("ACCT_ID,ALT_MOBILE_NO,MOBILE_NO", "mobile_raw", "MOBILE_NO"),
        ("ACCT_ID,ALT_MOBILE_NO,MOBILE_NO", "mobile_more", "ALT_MOBILE_NO"),
        ("ACCT_ID,PHONE,ALT_MOBILE_NO,मोबाइल नम्बर", "mobile_raw", "मोबाइल नम्बर"),
        ("ACCT_ID,PHONE,ALT_MOBILE_NO,मोबाइल नम्बर", "mobile_more", "PHONE"),
        ("ACCT_ID,Arrear upto 31.03.2025,CURRENT,Total Dues", "amount_payable", "Total Dues"),
        ("ACCT_ID,Outstanding (Rs.),ARREAR", "amount_payable", "ARREAR"),
        ("ACCT_ID,NAME,CONSUMER_NAME", "name", "CONSUMER_NAME"),
        ("ACCT_ID,DIV,खण्ड का नाम", "division_name", "खण्ड का नाम"),
        ("ACCT_ID,ADDRESS,ADDRESS", "address", "ADDRESS"),
    ],
)
def test_of_several_columns_of_a_field_the_one_that_says_most_counts(
    columns: str, field: str, column: str
) -> None:
    names = columns.split(",")
    place = map_columns(names, shipped_headers("export"))[field]
    assert (names[place], place) == (column, names.index(column))


@pytest.mark.parametrize(
    ("row", "goes_on"),
    [
        (["0000000014", "SITA", "9415012346", "LMV1", ""], True),
        (["0000000014", "SITA", "", "LMV1"], True),
        (["0000000014"], True),
        (["0000000014", "R-77", "01-07-2026", "500"], False),  # payments
        (["0000000014", "R-77", "500"], False),
        (["0000000014", "SITA", "9415012346", "LMV1", "12", "13"], False),
    ],
)
def test_a_sheet_without_header_goes_on_only_where_its_cells_fit(
    tmp_path: Path, row: list[str], goes_on: bool
) -> None:
    reader = _open(
        _file(tmp_path, b"ACCT_ID,NAME,MOBILE_NO,TARIFF,REMARK\n0000000013,RAM,9415012345,LMV1,\n")
    )
    assert reader.goes_on([row]) is goes_on
