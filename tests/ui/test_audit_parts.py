import ast
import re
from collections.abc import Sequence

import pytest

from dashboard.config import PROJECT_DIR
from dashboard.delivery.news import bad_words
from dashboard.ui.audit_parts import describe_detail, name_actor
from dashboard.ui.catalogue import has_words
from dashboard.ui.words import choose_language

_ACTION = re.compile(r"[a-z_]+\.(?!sql$|csv$)[a-z_]*[a-z]")


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
        ('{"share": 0.4, "by_day": "2027-05-26"}', "जुड़े हुए का हिस्सा: 40.0% · तिथि तक: 26-05-2027"),
        ('{"notice": 123456, "follow": "restored"}', "सूचना क्र.: 123456 · प्रकार: आपूर्ति बहाल"),
        ('{"count": 123456}', "संदेश: 1,23,456"),
        ('{"template": "bill_due", "language": "en"}', "टेम्पलेट: बिल देय · भाषा: अंग्रेज़ी"),
        ('{"header": "cell", "means": "mobile_raw"}', "कॉलम: cell · अर्थ: मोबाइल नंबर"),
        ('{"news": "phone_quality", "about": "555", "value": "RED"}', "सूचना: भेजने वाले नंबर की गुणवत्ता · विषय: 555 · मान: RED"),
        ('{"notice": 7, "reason": "template_held"}', "सूचना क्र.: 7 · कारण: टेम्पलेट की नई दर स्वीकार नहीं"),
        ('{"paused": 2, "returned": 1}', "रोकी गई सूचनाएँ: 2 · लौटाई गई सूचनाएँ: 1"),
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


_MADE_UP_OF_PARTS = {  # where the code puts a deed together
    *(f"group.{kind}" for kind in ("list", "full_list")),
    *(f"inbox.{kind}" for kind in ("answered", "closed")),
    *(f"number.{deed}" for deed in ("add", "stop", "go")),
    "notice.finish",
    "sign_out",
}


def _literals_in(nodes: Sequence[ast.AST]) -> set[str]:
    literals = {part.value for node in nodes for part in ast.walk(node) if isinstance(part, ast.Constant)}
    return {one for one in literals if isinstance(one, str) and _ACTION.fullmatch(one)}


def _written_actions() -> set[str]:
    """Return the deeds that stand literally in the modules that write the audit trail."""
    found = set(_MADE_UP_OF_PARTS)
    for file in (PROJECT_DIR / "dashboard").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        if "access.audit import" not in text or {"ui", "views"} & set(file.parts):
            continue
        calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
        shelves = [call for call in calls if ast.unparse(call.func) == "db.recall"]  # of kept answers
        found |= _literals_in([ast.parse(text)]) - _literals_in(shelves)
    return found


def test_every_deed_that_is_written_has_a_name() -> None:
    written = _written_actions()
    assert {"user.person", "rule.save", "missing_list.download"} <= written
    assert not sorted(action for action in written if not has_words(f"audit.{action.replace('.', '_')}"))


def test_every_kind_of_news_that_is_put_aside_has_a_name() -> None:
    assert not [name for name, _ in bad_words() if not has_words(f"audit.news_{name}")]
