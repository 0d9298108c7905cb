"""Names that people gave their files are names, and nothing else."""

from pathlib import Path

import pytest

from dashboard.notices import recipients
from dashboard.registry import missing, sequences
from dashboard.ui.audience_parts import CATEGORIES
from dashboard.ui.catalogue import has_words
from dashboard.ui.downloads import prepare_file, tame_name


@pytest.mark.parametrize(
    ("name", "tamed"),
    [
        ("refused_June (2).csv", "refused_June (2).csv"),
        ("refused_गोमती नगर.xlsx", "refused_गोमती नगर.xlsx"),
        ("rejected_../../etc/passwd.csv", "passwd.csv"),
        (r"rejected_..\..\boot.csv", "boot.csv"),
        ("=cmd|' /C calc'!A0.csv", "C calc_A0.csv"),
        ("-1+1.csv", "1_1.csv"),
        ("![x](http://a.b/c.png).csv", "c.png).csv"),
        ("<b>x\n\u202egpj.csv", "b_x_gpj.csv"),
        ("….csv", "file.csv"),
        ("x" * 300 + ".csv", "x" * 90 + ".csv"),
    ],
)
def test_a_files_name_is_no_path_no_formula_and_no_markup(name: str, tamed: str) -> None:
    assert tame_name(name) == tamed


def test_a_prepared_file_has_a_tame_name() -> None:
    def write(path: Path) -> int:
        path.write_text("x", encoding="utf-8")
        return 1

    assert prepare_file("a/=b.csv", write).name == "b.csv"


@pytest.mark.parametrize(
    ("group", "columns"),
    [("missing", missing.COLUMNS), ("missing", sequences.COLUMNS), ("report", recipients.COLUMNS)],
)
def test_every_column_of_a_list_has_a_heading(group: str, columns: tuple[str, ...]) -> None:
    assert not [name for name in columns if not has_words(f"{group}.column_{name}")]


def test_every_tariff_that_can_be_chosen_is_named_except_the_one_that_is_no_more() -> None:
    assert [code for code in CATEGORIES if not has_words(f"category.{code}")] == ["LMV-10"]
