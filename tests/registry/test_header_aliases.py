"""Headers as data: what an administrator said of a column holds for every later export."""

from pathlib import Path

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.coverage.cube import refresh_cube
from dashboard.errors import BadInput, Refused
from dashboard.registry.header_aliases import (
    add_header_alias,
    list_header_aliases,
    load_headers,
    remove_header_alias,
)
from dashboard.registry.headers import shipped_headers
from dashboard.registry.importer import import_exports
from dashboard.registry.preview import preview_export
from dashboard.registry.sources import Upload
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from dashboard.ui.catalogue import say

CONTENT = "Upbhokta Sankhya,ग्राहक का नाम,ACCOUNTS\n0000000013,RAM,x\n"


def test_an_unknown_account_column_is_named_and_read_from_then_on(
    db: Database, administrator: Scope, clock: Clock, tmp_path: Path
) -> None:
    upload = Upload(tmp_path / "export.csv", "export.csv")
    upload.path.write_text(CONTENT, encoding="utf-8")
    with pytest.raises(BadInput, match="no_account_column") as refusal:
        preview_export(administrator, upload, load_headers(db))
    header, name, _ = refusal.value.values["headers"]
    add_header_alias(db, administrator, clock, header, "account_no")
    add_header_alias(db, administrator, clock, name, "name")
    add_header_alias(db, administrator, clock, name, "name")  # said twice is said once
    assert preview_export(administrator, upload, load_headers(db))[0].unused == ["ACCOUNTS"]
    import_exports(db, administrator, [upload], clock=clock, shared_threshold=6, refresh=refresh_cube)
    with db.read() as cursor:
        assert cursor.execute("SELECT account_no, name FROM consumer").fetchall() == [("0000000013", "RAM")]
        audit = cursor.execute(
            "SELECT action FROM audit_event WHERE action LIKE 'headers%' ORDER BY 1"
        ).fetchall()
    assert audit == [("headers.add",), ("headers.add",)]
    assert set(list_header_aliases(db, administrator)["written"]) == {name, header}
    remove_header_alias(db, administrator, clock, "UPBHOKTA SANKHYA")
    with pytest.raises(BadInput, match="no_account_column"):
        preview_export(administrator, upload, load_headers(db))


BAD = [
    ("MOBILE NO", "name", "header_taken"),  # ships as another field
    ("__", "name", "header_empty"),
    ("9415012346", "name", "header_number"),
    ("PAN", "pan_no", "header_field"),
    ("Naam", "address", "header_taken"),  # said to be the name before
]


@pytest.mark.parametrize(("header", "field", "code"), BAD)
def test_what_would_clash_is_refused_in_words(
    db: Database, administrator: Scope, clock: Clock, header: str, field: str, code: str
) -> None:
    add_header_alias(db, administrator, clock, "NAAM", "name")
    with pytest.raises(BadInput) as refusal:
        add_header_alias(db, administrator, clock, header, field)
    assert refusal.value.code == code
    assert len(list_header_aliases(db, administrator)) == 1


def test_a_header_nobody_spoke_of_cannot_be_taken_back(
    db: Database, administrator: Scope, clock: Clock
) -> None:
    with pytest.raises(BadInput, match="header_unknown"):
        remove_header_alias(db, administrator, clock, "MOBILE_NO")


def test_only_the_state_s_administrator_says_so(db: Database, clock: Clock) -> None:
    with pytest.raises(Refused):
        add_header_alias(db, Scope("x", Role.ADMINISTRATOR, "MVVNL", 2, 9), clock, "NAAM", "name")


@pytest.mark.parametrize("second", ["MOBILE_NO", "", "PHONE"])
def test_two_columns_of_phone_numbers_are_told_apart_and_named_in_words(
    administrator: Scope, tmp_path: Path, second: str
) -> None:
    path = tmp_path / "export.csv"
    path.write_text(f"ACCT_ID,MOBILE_NO,{second},NAME\n0000000013,,9415012345,RAM\n", encoding="utf-8")
    preview = preview_export(administrator, Upload(path, path.name), shipped_headers("export"))[0]
    assert preview.first_rows.columns.is_unique
    assert all(say(language, f"field.{field}") for field in preview.mapped for language in ("hi", "en"))
