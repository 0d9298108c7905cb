"""Reports as they really come, made here: text in every dress, spreadsheets with everything people do in them."""

import bz2
import datetime as dt
import gzip
import io
import lzma
import tarfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import xlsxwriter
import xlwt

HEADER = ["ACCT_ID", "NAME", "ADDRESS", "MOBILE_NO", "DISCOM", "DIV_CODE", "DIV_NAME", "SDO_CODE"]
OFFICE = ["MVVNL", "DIV000001", "ONE", "0000011"]
A, B, C, D = "0000000013", "0000000021", "012345678901", "9876543210"


def row(
    account: str, name: str = "RAM", address: str = "12 MALL ROAD", mobile: str = "9415012346"
) -> list[str]:
    return [account, name, address, mobile, *OFFICE]


def lines(*rows: list[str], mark: str = ",", end: str = "\n", quoted: bool = False) -> str:
    cell = '"{}"'.format if quoted else "{}".format
    return "".join(mark.join(map(cell, one)) + end for one in rows)


TWO = (HEADER, row(A), row(B))


@dataclass(frozen=True)
class Case:
    """A file, and what must come of it: accounts in their order, refused (row number, reason), lines that are no rows, notes."""

    name: str
    content: bytes
    accounts: list[str]
    refused: list[tuple[int, str]] = field(default_factory=list)
    not_rows: dict[str, int] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        path = folder / self.name
        path.write_bytes(self.content)
        return path


def _swallowing(opening: str, closing: str) -> str:
    """A quote opens in one row and the next quote stands rows later."""
    return lines(HEADER, row(A, opening), row(B), row(C, closing), row(D))


TEXTS = [
    Case("utf8.csv", lines(*TWO).encode(), [A, B]),
    Case("bom.csv", lines(*TWO, end="\r\n").encode("utf-8-sig"), [A, B]),
    Case("utf16_le_bom.csv", ("\ufeff" + lines(*TWO)).encode("utf-16-le"), [A, B]),
    Case("utf16_be_bom.csv", ("\ufeff" + lines(*TWO)).encode("utf-16-be"), [A, B]),
    Case("utf16_le.txt", lines(*TWO, mark="\t").encode("utf-16-le"), [A, B]),
    Case("utf16_be.csv", lines(*TWO).encode("utf-16-be"), [A, B]),
    Case("utf16_be_hindi.csv", lines(["खाता संख्या", "नाम", "पता", "मोबाइल", "DISCOM", "DIV_CODE", "DIV_NAME", "SDO_CODE"], row(A, "सीता देवी", "ग्राम बेला")).encode("utf-16-be"), [A]),
    Case("hindi_headers.csv", lines(["उपभोक्ता संख्या", "उपभोक्ता का नाम", "पता", "मोबाइल नंबर", "डिस्कॉम", "खण्ड कोड", "खण्ड", "उपखण्ड कोड"], row(A), row(B)).encode(), [A, B]),
    Case("stray_zeros.csv", lines(HEADER, row(A, "RAM\x00KUMAR"), row(B)).encode(), [A, B]),
    Case("utf32.csv", lines(*TWO).encode("utf-32"), [A, B]),
    Case("cp1252.csv", lines(HEADER, row(A, "JOSÉ"), row(B)).encode("cp1252"), [A, B]),
    Case("one_stray_byte.csv", lines(HEADER, row(A, "राम कुमार"), row(B, "Jos#")).encode().replace(b"#", b"\xe9"), [A, B]),
    Case("cut_letter.csv", lines(HEADER, row(A, "राम कुमार"), row(B, "सीता#")).encode().replace(b"#", b"\xe0\xa4"), [A, B]),
    Case("semicolon.csv", lines(*TWO, mark=";").encode(), [A, B]),
    Case("tab.xls", lines(*TWO, mark="\t").encode(), [A, B]),  # called a spreadsheet and none
    Case("caret.txt", lines(*TWO, mark="^").encode(), [A, B]),
    Case("tilde.txt", lines(*TWO, mark="~", quoted=True).encode(), [A, B]),
    Case("caret_with_commas.txt", lines(HEADER, row(A, address="12, MALL ROAD, LUCKNOW"), mark="^").encode(), [A]),
    Case("pipe.txt", lines(*TWO, mark="|").encode(), [A, B]),
    Case("comma_inside_semicolons.csv", lines(HEADER, row(A, address="12, MALL ROAD, LUCKNOW"), mark=";").encode(), [A]),
    Case("sep_line.csv", ("sep=;\r\n" + lines(*TWO, mark=";", end="\r\n")).encode(), [A, B]),
    Case("quoted.csv", lines(*TWO, quoted=True).encode(), [A, B]),
    Case("quotes_inside.csv", lines(HEADER, row(A, '"RAM ""PAPPU"" LAL"'), row(B)).encode(), [A, B]),
    Case("quotes_inside_broken.csv", lines(HEADER, row(A, '"RAM "PAPPU" LAL"'), row(B)).encode(), [A, B]),
    Case("quotes_in_plain_cell.csv", lines(HEADER, row(A, 'RAM "PAPPU" LAL'), row(B, address='5" PIPE')).encode(), [A, B]),
    Case("blanks_before_quotes.csv", lines(HEADER, row(A, ' "RAM, LAL"'), row(B)).encode(), [A, B]),
    Case("blanks_before_and_behind_quotes.csv", lines(*TWO, mark='" , "').replace("ACCT", '"ACCT').replace("SDO_CODE", 'SDO_CODE"').replace("\n0", '\n"0').replace("0011\n", '0011"\n').encode(), [A, B]),
    Case("blanks_behind_quotes.csv", lines(HEADER, row(A, '"RAM" ', '"12, MALL" '), row(B)).encode(), [A, B]),
    Case("rows_quoted_as_a_whole.csv", lines(HEADER, [f'"{lines(row(A))[:-1]}"'], row(B), [f'"{lines(row(C, chr(34) * 2 + "RAM, LAL" + chr(34) * 2))[:-1]}"']).encode(), [A, B, C]),
    Case("all_quoted_as_a_whole.csv", "".join(f'"{line}"\n' for line in lines(*TWO).splitlines()).encode(), [A, B]),
    Case("loose_commas.csv", lines(HEADER, row(A, address="12, MALL ROAD, GONDA"), row(B), row(C, address="H NO 5, X")).encode(), [A, B, C], notes={"loose_commas": 2}),
    Case("loose_commas_and_trailing.csv", lines(HEADER, [*row(A, address="12, MALL ROAD"), "", ""], row(B)).encode(), [A, B], notes={"loose_commas": 1}),
    Case("too_many_cells.csv", lines(HEADER, [*row(A), "more"], [*row(B)[:4], "more", *OFFICE], row(C, address="12, MALL", mobile="NAME")).encode(), [],
         [(2, "ragged_row"), (3, "ragged_row"), (4, "ragged_row")]),
    Case("loose_commas_without_evidence.csv", lines(["ACCT_ID", "ADDRESS", "NAME"], [A, "12, MALL ROAD", "RAM"], [B, "X", "SITA"]).encode(), [B], [(2, "ragged_row")],
         notes={"no_mobile": 1}),
    Case("hints_in_headers.csv", lines(["Account No.", "Consumer Name", "ADDRESS", "Mobile No. (10 digit)", "DISCOM", "DIV_CODE", "DIV_NAME", "SDO_CODE"], row(A)).encode(), [A]),
    Case("end_mark_in_the_middle.csv", lines(HEADER, row(A)).encode() + b"\x1a" + lines(row(B)).encode() + b"\x1a", [A, B]),
    Case("break_in_cell.csv", lines(HEADER, row(A, address='"12\nMALL ROAD"'), row(B)).encode(), [A, B]),
    Case("break_and_commas_in_cell.csv", lines(HEADER, row(A, address='"A\n1, B, C, D, E, F, G, H"'), row(B)).encode(), [A, B]),
    Case("breaks_crlf.csv", lines(HEADER, row(A, address='"12\r\nMALL ROAD"'), row(B), end="\r\n").encode(), [A, B]),
    Case("never_closed.csv", lines(HEADER, row(A), row(B, '"SITA'), row(C), row(D)).encode(), [A, C, D], [(3, "broken_quotes")]),
    Case("never_closed_last.csv", lines(HEADER, row(A), row(B, '"SITA')).encode(), [A], [(3, "broken_quotes")]),
    Case("closed_rows_later.csv", _swallowing('"RAM', 'LAL"').encode(), [B, C, D], [(2, "broken_quotes")]),
    Case("closed_by_a_quoted_cell.csv", _swallowing('"RAM', '"LAL"').encode(), [B, C, D], [(2, "broken_quotes")]),
    Case("one_quote_lost.csv", lines(HEADER, row(A), row(B), quoted=True).replace('RAM","', 'RAM,"', 1).encode(), [B], [(2, "broken_quotes")]),
    Case("trailing_everywhere.csv", lines([*HEADER, ""], [*row(A), ""], [*row(B), ""]).encode(), [A, B]),
    Case("trailing_in_rows.csv", lines(HEADER, [*row(A), "", ""], [*row(B), ""]).encode(), [A, B]),
    Case("trailing_in_header.csv", lines([*HEADER, "", ""], row(A), row(B)).encode(), [A, B]),
    Case("ragged.csv", lines(HEADER, row(A), row(B)[:5], [*row(C), "more"], row(D)).encode(), [A, D], [(3, "ragged_row"), (4, "ragged_row")]),
    Case("header_again.csv", lines(HEADER, row(A), HEADER, row(B), [one.lower() for one in HEADER], row(C)).encode(), [A, B, C],
         not_rows={"repeated_header": 2}),
    Case("header_again_trailing.csv", lines(HEADER, [*row(A), ""], [*HEADER, ""], row(B)).encode(), [A, B], not_rows={"repeated_header": 1}),
    Case("totals.csv", (lines(HEADER, row(A), row(B)) + "GRAND TOTAL : 2,,,,,,,\nकुल योग,2\n,Total,2\n").encode(), [A, B], not_rows={"totals": 3}),
    Case("totals_in_hindi.csv", (lines(*TWO) + "उप-योग,,,,,,,\nसमस्त योग,,,,,,,2\n\x1a").encode(), [A, B], not_rows={"totals": 2}),
    Case("header_in_both_languages.csv", lines(HEADER, ["खाता संख्या", "नाम", "पता", "मोबाइल", "डिस्कॉम", "खंड कोड", "खंड", "उपखंड कोड"], row(A)).encode(), [A],
         not_rows={"repeated_header": 1}),
    Case("columns_numbered.csv", lines(HEADER, [str(number) for number in range(1, 9)], row(A)).encode(), [A], not_rows={"repeated_header": 1}),
    Case("totals_in_account.csv", lines(["NAME", "ACCT_ID"], ["RAM", A], ["TOTAL", "1"]).encode(), [A], not_rows={"totals": 1}, notes={"no_mobile": 1}),
    Case("totals_are_people.csv", lines(["NAME", "ACCT_ID"], ["TOTAL SINGH", A], ["TOTARAM", B]).encode(), [A, B], notes={"no_mobile": 1}),
    Case("blank_lines.csv", b"\n\n" + lines(HEADER, row(A)).encode() + b"\n,,,\n" + lines(row(B)).encode() + b"\n\n", [A, B]),
    Case("blanks_above.csv", b"\n" * 40 + b",,\n" + lines(*TWO).encode(), [A, B]),
    Case("blank_end.csv", lines(*TWO, end="\r\n").encode() + b"\r\n\r\n", [A, B]),
    Case("titles.csv", b"UPPCL BILLED REPORT\nMonth:,06-2026\n\n" + lines(*TWO).encode(), [A, B]),
    Case("old_mac.csv", lines(*TWO, end="\r").encode(), [A, B]),
    Case("no_last_break.csv", lines(*TWO).rstrip("\n").encode(), [A, B]),
    Case("report.csv.gz", gzip.compress(lines(*TWO).encode()), [A, B]),
    Case("two_streams.gz", gzip.compress(lines(HEADER, row(A)).encode()) + gzip.compress(lines(row(B)).encode()), [A, B]),
    Case("accounts.csv", lines(HEADER, row(f"'{A}"), row(f'"=""{B}"""'), row(f" \u00a0{C}\u200b"), row("१२३४५६७८९०"), row("123456789012.0")).encode(),
         [A, B, C, "1234567890", "123456789012"]),
    Case("cut.csv", lines(HEADER, row("13"), row("1.23457E+11"), row("13.0"), row("9.87654e+09"), row("0"), row("AB12"), row("1234567890123"), row(A)).encode(),
         [A], [(2, "cut_by_excel"), (3, "cut_by_excel"), (4, "cut_by_excel"), (5, "cut_by_excel"), (6, "account_number"), (7, "account_number"), (8, "account_number")]),
    Case("whole_scientific.csv", lines(HEADER, row("1.23456789012E+11"), row(A)).encode(), ["123456789012", A]),
]  # fmt: skip


def _archive(*members: tuple[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return content.getvalue()


def xlsx() -> bytes:
    """A workbook with a merged title, hidden rows and columns, merged offices, formulas, floats, days, several sheets."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        book.add_worksheet("Cover").write_row(2, 1, ["Report of the month", "June 2026"])
        data = book.add_worksheet("Lucknow")
        data.merge_range("A1:H1", "BILLED REPORT JUNE 2026")
        data.write_row(2, 0, [*HEADER, "BILL_DATE"])
        for place, account in enumerate((A, B, C)):
            data.write_row(3 + place, 0, row(account)[:4])
            data.write_row(3 + place, 7, ["0000011"])
        for column, text in zip("EFG", OFFICE, strict=False):
            data.merge_range(f"{column}4:{column}6", text)
        data.write_row(6, 0, row(""))
        data.write_number(6, 0, 123456789012.0)
        data.write_number(6, 3, 9415012346.0)
        data.write_datetime(6, 8, dt.datetime(2026, 6, 5), book.add_format({"num_format": "dd-mmm-yy"}))
        data.write_row(7, 0, row(""))
        data.write_number(7, 0, 13)
        data.write_row(8, 0, row(""))
        data.write_formula(8, 0, '="00"&"00000099"', None, "0000000099")
        data.set_row(4, None, None, {"hidden": True})
        data.set_column(1, 2, None, None, {"hidden": True})
        more = book.add_worksheet("Gonda")
        more.write_row(1, 1, ["Account No", "Mobile", "DIV_CODE", "DISCOM"])
        more.write_row(2, 1, [D, "9415012346", "DIV000001", "MVVNL"])
        more.write_row(3, 1, ["77", "", "", ""])
        old = book.add_worksheet("Old")
        old.write_row(0, 0, HEADER)
        old.write_row(1, 0, row("0000000055"))
        old.hide()
        book.add_worksheet("Empty")
    return content.getvalue()


def xls() -> bytes:
    content = io.BytesIO()
    book = xlwt.Workbook()
    sheet = book.add_sheet("Report")
    sheet.write_merge(0, 0, 0, 7, "BILLED REPORT")
    for place, text in enumerate(HEADER):
        sheet.write(1, place, text)
    for line, account in enumerate((A, 123456789012.0, 13.0), 2):
        for place, cell in enumerate([account, *row("")[1:]]):
            sheet.write(line, place, cell)
    sheet.row(2).hidden = True
    sheet.col(1).hidden = sheet.col(2).hidden = True
    book.add_sheet("खाली")
    book.save(content)
    return content.getvalue()


def _below_blanks() -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        sheet.write_row(49, 0, HEADER)
        sheet.write_row(50, 0, row(A))
    return content.getvalue()


def going_on() -> bytes:
    """A book whose second sheet goes on without a header; the third holds people of the office and is no part of it."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        first = book.add_worksheet("Sheet1")
        first.write_row(0, 0, HEADER)
        first.write_row(1, 0, row(A))
        more = book.add_worksheet("Sheet2")
        more.write_row(0, 0, row(B)[:6])
        more.write_row(1, 0, row("77")[:6])
        book.add_worksheet("Staff").write_row(0, 0, ["JE RAM", "9415012346"])
    return content.getvalue()


def xml_book(encoding: str = "utf-8") -> bytes:
    """A book as one XML file: cells and rows that are passed over, a number, a day, cells merged downwards, a hidden row, two sheets."""

    def cell(text: object, more: str = "", kind: str = "String") -> str:
        return f'<Cell{more}><Data ss:Type="{kind}">{text}</Data></Cell>'

    def line(cells: list[str], more: str = "") -> str:
        return f"<Row{more}>{''.join(cells)}</Row>"

    merged = [cell(text, ' ss:MergeDown="1"') for text in OFFICE[:3]]
    body = [
        line([cell("BILLED REPORT", ' ss:MergeAcross="8"')]),
        line([*map(cell, HEADER), cell("BILL_DATE")], ' ss:Index="3"'),
        line([*map(cell, row(A)[:4]), *merged, cell("0000011"), cell("2026-06-05T00:00:00.000", kind="DateTime")]),
        line([*map(cell, row(B)[:4]), cell("0000011")], ' ss:Hidden="1"'),
        line([cell("1.23456789012E11", kind="Number"), cell("9415012346", ' ss:Index="4"', "Number"), *map(cell, OFFICE)]),
        line([cell("13.0", kind="Number"), *map(cell, row("")[1:])]),
    ]  # fmt: skip
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    sheets = f'<Worksheet ss:Name="June"><Table>{"".join(body)}</Table></Worksheet><Worksheet ss:Name="Notes"><Table/></Worksheet>'
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook xmlns="{space}" xmlns:ss="{space}">{sheets}</Workbook>'
    return text.encode(encoding)


SPANS_TWO, COVERED = "⇓", "⇑"


def _ods_text(text: str) -> str:
    if text == COVERED:
        return "<table:covered-table-cell/>"
    span = (
        ' table:number-columns-spanned="1" table:number-rows-spanned="2"'
        if text.startswith(SPANS_TWO)
        else ""
    )
    return f'<table:table-cell office:value-type="string"{span}><text:p>{text.removeprefix(SPANS_TWO)}</text:p></table:table-cell>'


def ods() -> bytes:
    def line(*cells: object, more: str = "") -> str:
        texts = [
            f'<table:table-cell office:value-type="float" office:value="{cell}"><text:p>{cell}</text:p></table:table-cell>'
            if isinstance(cell, float)
            else _ods_text(str(cell))
            for cell in cells
        ]
        return f"<table:table-row{more}>{''.join(texts)}</table:table-row>"

    body = "".join([
        line("BILLED REPORT"), line(*HEADER), line(*row(A)), line(*row(B), more=' table:visibility="collapse"'),
        line(123456789012.0, *row("")[1:]), line(13.0, *row("")[1:]),
        line(*row(C)[:4], *(f"{SPANS_TWO}{office}" for office in OFFICE)), line(*row(D)[:4], *[COVERED] * 4),
    ])  # fmt: skip
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text")
    )
    content = f"<office:document-content {names}><office:body><office:spreadsheet><table:table table:name='R'>{body}</table:table></office:spreadsheet></office:body></office:document-content>"
    return _archive(
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", content.replace("'", '"').encode()),
        ("META-INF/manifest.xml", b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'),
    )  # fmt: skip


_XML_NOTES = {"hidden_rows": 1, "merged_cells": 3, "empty_sheets": 1}
_XLS_NOTES = {"hidden_rows": 1, "hidden_columns": 2, "empty_sheets": 1}
BOOKS = [
    Case("blanks_above.xlsx", _below_blanks(), [A]),
    Case("book.xlsx", xlsx(), [A, B, C, "123456789012", "0000000099", D, "0000000055"], [(8, "cut_by_excel"), (4, "cut_by_excel")],
         notes={"hidden_rows": 1, "hidden_columns": 2, "merged_cells": 3, "hidden_sheets": 1, "cover_sheets": 1, "empty_sheets": 1}),
    Case("old.xls", xls(), [A, "123456789012"], [(5, "cut_by_excel")], notes=_XLS_NOTES),
    Case("open.ods", ods(), [A, B, "123456789012", C, D], [(6, "cut_by_excel")], notes={"hidden_rows": 1, "merged_cells": 4}),
    Case("called_old.xls", _below_blanks(), [A]),
    Case("called_new.xlsx", xls(), [A, "123456789012"], [(5, "cut_by_excel")], notes=_XLS_NOTES),
    Case("going_on.xlsx", going_on(), [A, B], [(2, "cut_by_excel")], notes={"going_on": 1, "cover_sheets": 1}),
    Case("xml.xls", xml_book(), [A, B, "123456789012"], [(7, "cut_by_excel")], notes=_XML_NOTES),
    Case("xml.xml", xml_book("utf-16"), [A, B, "123456789012"], [(7, "cut_by_excel")], notes=_XML_NOTES),
    Case("one.zip", _archive(("june/report.csv", lines(*TWO).encode()), ("__MACOSX/._report.csv", b"x")), [A, B]),
    Case("with_open_marks.zip", _archive(("~$report.xlsx", b"\x05JE RAM"), ("report.csv", lines(*TWO).encode())), [A, B]),
    Case("with_a_note.zip", _archive(("READ ME.txt", b"see the report"), ("a/report.csv", lines(*TWO).encode())), [A, B]),
    Case("book.zip", _archive(("report.xls", xls())), [A, "123456789012"], [(5, "cut_by_excel")], notes=_XLS_NOTES),
    Case("packed_twice.zip", _archive(("report.csv.gz", gzip.compress(lines(*TWO).encode()))), [A, B]),
]  # fmt: skip


def _tar(content: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        member = tarfile.TarInfo("report.csv")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def _page(*rows: list[str], cell: str = "<td>{}</td>", row: str = "<tr>{}</tr>\n") -> str:
    """A report as portals save it for Excel: a web page with a table."""
    table = "".join(row.format("".join(map(cell.format, one))) for one in rows)
    title = "<tr><td colspan=8>UPPCL &amp; discoms</td></tr>"
    style = "<style>td {mso-number-format:'\\@'} tr > td {}</style>"
    return f"<html><head>{style}</head><body><table border=1>{title}{table}</table></body></html>"


PAGES = [
    Case("portal.xls", _page(*TWO).encode(), [A, B]),
    Case("portal_utf16.xls", ("\ufeff" + _page(*TWO)).encode("utf-16-le"), [A, B]),
    Case("portal_cp1252.xls", _page(HEADER, row(A, "JOSÉ"), row(B)).encode("cp1252"), [A, B]),
    Case("portal_unclosed.html", _page(*TWO, cell="<TD nowrap>{}", row="<TR>{}").encode(), [A, B]),
    Case("portal_marked.xls", _page(HEADER, row(f"&nbsp;{A}&nbsp;", "<b>RAM</b>", "12 MALL ROAD,<br>GONDA"), row(B), ["TOTAL", *[""] * 7],
                                    cell='<td x:str style="text">\n  <font face="Arial">{}</font>\n</td>').encode(), [A, B], not_rows={"totals": 1}),
    Case("portal_in_a_layout.xls", f"<table><tr><td><table>{_page(*TWO)}</table></td></tr></table><script>if (a<b) c('<tr><td>x');</script>".encode(), [A, B]),
    Case("portal_spans.xls", _page(HEADER, row(A), row(B)[:4], row(C)[:4], row(D)).replace(f"<td>{OFFICE[0]}", f"<td rowspan=3>{OFFICE[0]}", 1)
         .replace(f"<td>{OFFICE[1]}", f"<td rowspan=3>{OFFICE[1]}", 1).replace(f"<td>{OFFICE[2]}", f"<td rowspan=3>{OFFICE[2]}", 1)
         .replace(f"<td>{OFFICE[3]}", f"<td rowspan=3>{OFFICE[3]}", 1).encode(), [A, B, C, D]),
    Case("portal_ragged.xls", _page(HEADER, row(A)[:3], row(B)).encode(), [B], [(3, "ragged_row")]),
    Case("portal_cut.xls", _page(*TWO, row(C)).encode()[:-70], [A, B], [(5, "ragged_row")]),
]  # fmt: skip


_GZ = gzip.compress(lines(HEADER, *[row(f"{number:010d}") for number in range(1, 3000)]).encode())
REFUSED = [
    ("cut.csv.gz", _GZ[:-200], "packed_broken"),
    ("head.csv.gz", _GZ[:12], "packed_broken"),
    ("cut.zip", _archive(("report.csv", lines(*TWO).encode()))[:-30], "packed_broken"),
    ("several.zip", _archive(("a.csv", b"x"), ("b.csv", b"x")), "packed_count"),
    ("nothing.zip", _archive(), "packed_count"),
    ("cut.xlsx", xlsx()[:-3000], "not_a_spreadsheet"),
    ("page.xls", b"<html><body><h1>Session expired</h1><table><tr><td>User</td><td>Password</td></tr></table>", "web_page"),
    ("book.xml", b"<?xml version='1.0'?><Workbook><Worksheet><Table><Row><Cell><Data>ACCT_ID</Data></Cell></Row></Table></Worksheet></Workbook>", "web_page"),
    ("cut_xml.xls", xml_book()[:-40], "not_a_spreadsheet"),
    ("far_xml.xls", xml_book().replace(b'ss:Index="4"', b'ss:Index="999999999"'), "not_a_spreadsheet"),
    ("picture.xlsx", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not_a_spreadsheet"),
    ("joined.csv", (lines(HEADER, row(A)) + "MOBILE_NO,ACCT_ID,NAME\n9415012346,0000000099,X\n").encode(), "header_changes"),
    ("no_header.csv", lines(row(A), row(B)).encode(), "no_header"),
    ("blanks.csv", b"   \n" * 40, "file_empty"),
    ("report.csv.bz2", bz2.compress(lines(*TWO).encode()), "packed_unknown"),
    ("report.csv.xz", lzma.compress(lines(*TWO).encode()), "packed_unknown"),
    ("report.tar.gz", gzip.compress(_tar(lines(*TWO).encode())), "packed_unknown"),
    ("report.7z", b"7z\xbc\xaf\x27\x1c\x00\x04", "packed_unknown"),
    ("report.rar", b"Rar!\x1a\x07\x01\x00", "packed_unknown"),
    ("paper.csv", b"%PDF-1.4\n1 0 obj\n", "not_text"),
    ("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01", "not_text"),
]  # fmt: skip
