import ast

import pytest

from dashboard.config import PROJECT_DIR
from dashboard.ui.audit_parts import describe_detail, name_actor
from dashboard.ui.catalogue import has_words
from dashboard.ui.words import choose_language


@pytest.fixture(autouse=True)
def hindi() -> None:
    choose_language("hi")


@pytest.mark.parametrize(
    ("detail", "written"),
    [
        ('{"notice": 7}', "सूचना क्र.: 7"),
        ('{"account": "ee", "role": "composer"}', "खाता: ee · भूमिका: सूचना लेखक"),
        ('{"reason": "field visit", "book_no": null, "verdict": "dummy"}', "कारण: field visit · केवल: दिखावटी नंबर (जैसे 9999999999)"),
        ('{"files": ["a.csv", "b.csv"]}', "फाइलें: a.csv, b.csv"),
        ('{"hash": "0123456789abcdef"}', "हैश: 0123456789ab"),
        ('{"something_new": 1}', "something_new: 1"),
    ],
)  # fmt: skip
def test_details_are_put_into_words(detail: str, written: str) -> None:
    assert describe_detail(detail) == written


def test_the_machine_and_the_command_line_have_names_and_persons_keep_theirs() -> None:
    assert [name_actor(name) for name in ("clock", "command line", "ee")] == [
        "(स्वचालित)",
        "(कमांड लाइन)",
        "ee",
    ]


def _written_keys() -> set[str]:
    """Return the keys that the code writes into details, as far as they stand there literally."""
    found = set()
    for file in (PROJECT_DIR / "dashboard").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            named = isinstance(node, ast.keyword) and node.arg == "detail"
            named |= isinstance(node, ast.Assign | ast.AnnAssign) and ast.unparse(node).startswith(
                ("detail = ", "detail: ")
            )
            value = getattr(node, "value", None)
            if named and isinstance(value, ast.Dict):
                found |= {key.value for key in value.keys if isinstance(key, ast.Constant)}
    return found


def test_every_detail_that_is_written_has_a_name() -> None:
    written = _written_keys()
    assert {"rule", "notice", "files"} <= written
    assert not sorted(key for key in written if not has_words(f"audit.key_{key}"))
