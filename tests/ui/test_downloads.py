"""Names that people gave their files are names, and nothing else."""

from pathlib import Path

import pytest

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
