"""Who gets a message and who does not: one reason each, and all add up."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.access.scope import Role, Scope
from dashboard.errors import BadInput, Refused
from dashboard.notices.audience import REASONS, AudienceCount, count_audience
from dashboard.notices.audience_preview import preview_recipient
from dashboard.notices.draft import Audience, NoticeDraft
from dashboard.notices.drafting import judge_draft, save_draft, submit
from dashboard.notices.notice import get_notice
from dashboard.notices.templates import BODY_LIMIT, get_template
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import NOON, open_copy, scope_of
from tests.notices.people import Person, fill_offices, fill_people, mark_undeliverable

ONE, TWO, THREE = 9415012345, 8004642302, 9519912345
DIRTY_NAME = "EDD {date}\n\tGONDA       CITY "


@pytest.fixture
def offices(db: Database) -> Database:
    fill_offices(db)
    return db


def count(db: Database, template: str = "supply_restored", **narrowed: tuple[str, ...]) -> AudienceCount:
    return count_audience(db, composer(db), template, "hi", Audience("DIV1", **narrowed))


def composer(db: Database) -> Scope:
    return scope_of(db, Role.COMPOSER, "DIV1", "ee")


def excluded(db: Database, template: str = "supply_restored") -> dict[str, int]:
    return {reason: number for reason, number in count(db, template).exclusions.items() if number}


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (Person("1", mobile=None, state="missing", consent=None), "no_number"),
        (Person("1", mobile=1912, state="unusable", consent=None), "no_number"),
        (Person("1", mobile=1912), "no_number"),  # nothing that could be dialled, whatever the state says
        (Person("1", state="on_file", consent=None), "not_enrolled"),
        (Person("1", state="on_file", consent="in"), "not_enrolled"),
        (Person("1", consent="out"), "not_enrolled"),  # enrolled, but no consent stands: no message
        (Person("1", consent=None), "not_enrolled"),
        (Person("1", state="opted_out", consent="out"), "opted_out"),
        (Person("1", office_no=6), "empty_variable"),  # no feeder, no substation
    ],
)
def test_one_reason_for_each_who_gets_nothing(offices: Database, person: Person, reason: str) -> None:
    fill_people(offices, [person])
    assert excluded(offices) == {reason: 1}
    assert count(offices).recipients == 0


def test_consent_for_another_number_is_none_for_this_one(offices: Database) -> None:
    fill_people(offices, [Person("1", mobile=ONE)])
    offices.write(lambda cursor: cursor.execute("UPDATE consumer SET mobile = ?", [TWO]))
    assert excluded(offices) == {"not_enrolled": 1}


@pytest.mark.parametrize("state", ["unusable", "on_file", "enrolled"])
def test_a_number_that_whatsapp_does_not_reach_is_counted_as_such(offices: Database, state: str) -> None:
    fill_people(offices, [Person("1", mobile=ONE, state=state)])
    mark_undeliverable(offices, ONE)
    assert excluded(offices) == {"not_on_whatsapp": 1}


def test_a_number_on_two_accounts_gets_one_message_for_the_lowest_account(offices: Database) -> None:
    fill_people(offices, [Person("30", name="LATER"), Person("020", name="FIRST"), Person("9", mobile=TWO)])
    result = count(offices)
    assert (result.recipients, result.exclusions["duplicate_number"]) == (2, 1)
    draft = NoticeDraft("supply_restored", "hi", {"time": "16:20"}, Audience("DIV1"))
    first = preview_recipient(offices, composer(offices), draft, 0)
    assert first is not None
    assert (first.reader, first.total) == ("FIRST", 2)


def test_who_lacks_a_name_does_not_stand_in_the_way_of_the_same_number(offices: Database) -> None:
    fill_people(offices, [Person("1", office_no=6), Person("2", office_no=8)])
    result = count(offices)
    assert (result.recipients, result.exclusions["empty_variable"]) == (1, 1)


def test_only_the_templates_own_variables_must_have_names(offices: Database) -> None:
    fill_people(offices, [Person("1", office_no=6)])
    assert count(offices, "mobile_update").recipients == 1  # wants the division only


def test_a_typed_name_stands_in_for_the_offices(offices: Database) -> None:
    fill_people(offices, [Person("1", office_no=6)])
    typed = {"time": "16:20", "feeder": "all feeders", "substation": "Sadar"}
    draft = NoticeDraft("supply_restored", "en", typed, Audience("DIV1"))
    seen = preview_recipient(offices, composer(offices), draft, 0)
    assert seen is not None
    assert seen.text.startswith("Supply on all feeders feeder")


@pytest.mark.parametrize(
    ("narrowed", "recipients"),
    [
        ({}, 3),
        ({"categories": ("LMV-2",)}, 1),
        ({"categories": ("LMV-1", "LMV-2")}, 3),
        ({"arrears_segments": ("never_paid",)}, 1),
        ({"feeder_codes": ("DIV1/1/SS/F2",)}, 1),
        ({"categories": ("LMV-2",), "arrears_segments": ("never_paid",)}, 0),
    ],
)
def test_an_audience_is_narrowed_by_each_choice(
    offices: Database, narrowed: dict[str, tuple[str, ...]], recipients: int
) -> None:
    people = [
        Person("1", mobile=ONE, category="LMV-2"),
        Person("2", mobile=TWO, segment="never_paid"),
        Person("3", mobile=THREE, office_no=9),
    ]
    fill_people(offices, people)
    assert count(offices, **narrowed).recipients == recipients


@pytest.mark.parametrize("code", ["DIV9/1/SS/F1", "UP", "no such feeder"])
def test_a_feeder_outside_the_office_is_refused(offices: Database, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        count(offices, feeder_codes=(code,))
    assert refusal.value.code == "office"


def test_an_unknown_arrears_segment_is_refused(offices: Database) -> None:
    with pytest.raises(BadInput) as refusal:
        count(offices, arrears_segments=("poor",))
    assert refusal.value.code == "arrears_segment_unknown"


@pytest.mark.parametrize(("language", "name"), [("hi", "खंड-द्वितीय गोंडा"), ("en", "EDD-II GONDA")])
def test_office_names_come_in_the_notices_language_without_runs_of_blanks(
    offices: Database, language: str, name: str
) -> None:
    fill_people(offices, [Person("1")])
    draft = NoticeDraft("mobile_update", language, {}, Audience("DIV1"))
    seen = preview_recipient(offices, composer(offices), draft, 0)
    assert seen is not None
    assert f"– {name}, " in seen.text


def test_a_hindi_notice_takes_the_plain_name_where_no_hindi_one_is_known(offices: Database) -> None:
    fill_people(offices, [Person("1", office_no=9)])
    draft = NoticeDraft("supply_restored", "hi", {"time": "16:20"}, Audience("DIV1"))
    seen = preview_recipient(offices, composer(offices), draft, 0)
    assert seen is not None
    assert "F-TWO" in seen.text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (DIRTY_NAME, "EDD {date} GONDA CITY"),
        ("A\u00a0\u2003B\u2028C", "A B C"),
        ("N" * 5000, "N" * 59 + "…"),
    ],
)
def test_a_dirty_office_name_is_tamed(db: Database, name: str, shown: str) -> None:
    fill_offices(db, {"DIV1": name})
    fill_people(db, [Person("1")])
    draft = NoticeDraft("bill_due", "en", {"month": "May", "due_date": "1"}, Audience("DIV1"))
    seen = preview_recipient(db, composer(db), draft, 0)
    assert seen is not None
    assert f"– {shown}, UP electricity department" in seen.text
    assert judge_draft(db, composer(db), draft) == []


@pytest.mark.parametrize("name", ["", "   ", "\n"])
def test_a_blank_office_name_is_no_name(db: Database, name: str) -> None:
    fill_offices(db, {"DIV1/1/SS/F2": name})
    fill_people(db, [Person("1", office_no=9)])
    assert excluded(db) == {"empty_variable": 1}


def _draft_of_length(db: Database, length: int) -> NoticeDraft:
    """A notice of which the longest text, F-ONE's, has exactly this many characters."""
    body = get_template("supply_restored").bodies["en"]
    bare = len(body) - len("{feeder}{time}{substation}") + len("F-ONE" + "SADAR")
    return NoticeDraft("supply_restored", "en", {"time": "क" * (length - bare)}, Audience("DIV1"))


def test_a_text_of_1024_characters_goes_and_one_of_1025_does_not(offices: Database, clock: Clock) -> None:
    fill_people(offices, [Person("1")])
    fits, too_long = _draft_of_length(offices, BODY_LIMIT), _draft_of_length(offices, BODY_LIMIT + 1)
    seen = preview_recipient(offices, composer(offices), fits, 0)
    assert seen is not None
    assert len(seen.text) == BODY_LIMIT
    assert judge_draft(offices, composer(offices), fits) == []
    assert [
        (one.code, one.values["length"]) for one in judge_draft(offices, composer(offices), too_long)
    ] == [("text_too_long", BODY_LIMIT + 1)]
    submit(offices, composer(offices), clock, fits)
    with pytest.raises(BadInput) as refusal:
        submit(offices, composer(offices), clock, too_long)
    assert refusal.value.code == "text_too_long"


def test_a_longer_office_name_since_the_check_is_seen_at_submission(offices: Database, clock: Clock) -> None:
    fill_people(offices, [Person("1")])
    draft = _draft_of_length(offices, BODY_LIMIT)
    assert judge_draft(offices, composer(offices), draft) == []
    offices.write(lambda cursor: cursor.execute("UPDATE office SET name = 'F-ONE-A' WHERE office_no = 8"))
    with pytest.raises(BadInput) as refusal:
        submit(offices, composer(offices), clock, draft)
    assert refusal.value.code == "text_too_long"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "variable_empty"),
        ("   ", "variable_empty"),
        ("\u200b\u200d", "variable_empty"),  # nothing visible
        ("a\tb", "variable_control"),
        ("a\r\nb", "variable_control"),
        ("a\u2028b", "variable_control"),
        ("a\x00b", "variable_control"),
        ("a     b", "variable_spaces"),  # five; Meta takes four
    ],
)
def test_what_meta_refuses_in_a_variable_is_refused_here(
    offices: Database, clock: Clock, value: str, code: str
) -> None:
    fill_people(offices, [Person("1")])
    draft = NoticeDraft("supply_restored", "en", {"time": value}, Audience("DIV1"))
    assert [(one.code, one.field) for one in judge_draft(offices, composer(offices), draft)] == [
        (code, "time")
    ]
    with pytest.raises(BadInput) as refusal:
        submit(offices, composer(offices), clock, draft)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    "value", ["a    b", "1 & 2 {time} %s $1 \\1", "शाम 6\u200d बजे", " 16:20 ", "' OR 1=1 --"]
)
def test_odd_but_good_values_stand_as_typed(offices: Database, value: str) -> None:
    fill_people(offices, [Person("1")])
    draft = NoticeDraft("supply_restored", "en", {"time": value}, Audience("DIV1"))
    assert judge_draft(offices, composer(offices), draft) == []
    seen = preview_recipient(offices, composer(offices), draft, 0)
    assert seen is not None
    assert f"was restored at {value.strip()}. If your" in seen.text


def test_half_a_character_is_a_sentence_not_a_stack_trace(offices: Database, clock: Clock) -> None:
    draft = NoticeDraft("supply_restored", "en", {"time": "\udcff"}, Audience("DIV1"))
    for attempt in (
        lambda: save_draft(offices, composer(offices), clock, draft),
        lambda: judge_draft(offices, composer(offices), draft),
    ):
        with pytest.raises(BadInput) as refusal:
            attempt()
        assert refusal.value.code == "variable_control"


def test_a_variable_that_the_template_lacks_is_named(offices: Database) -> None:
    fill_people(offices, [Person("1")])
    draft = NoticeDraft("supply_restored", "en", {"time": "1", "tmie": "2"}, Audience("DIV1"))
    assert [(one.code, one.field) for one in judge_draft(offices, composer(offices), draft)] == [
        ("variable_unknown", "tmie")
    ]


PEOPLE = st.builds(
    Person,
    account_no=st.just(""),
    office_no=st.sampled_from([5, 6, 7, 8, 9]),
    mobile=st.sampled_from([None, 1912, ONE, TWO, THREE, 7007012345, 6306312345]),
    state=st.sampled_from(["missing", "unusable", "on_file", "enrolled", "enrolled", "opted_out"]),
    consent=st.sampled_from(["in", "in", "out", None]),
    category=st.sampled_from(["LMV-1", "LMV-2"]),
)


@settings(max_examples=40, deadline=None)
@given(
    people=st.lists(PEOPLE, max_size=40),
    unreachable=st.sets(st.sampled_from([ONE, TWO]), max_size=1),
    narrowed=st.booleans(),
)
def test_every_consumer_is_a_recipient_or_excluded_for_one_reason(
    empty_file: Path, people: list[Person], unreachable: set[int], narrowed: bool
) -> None:
    people = [Person(f"{place:03d}", *list(vars(one).values())[1:]) for place, one in enumerate(people)]
    categories = ("LMV-1",) if narrowed else ()
    chosen = [one for one in people if not categories or one.category in categories]
    with TemporaryDirectory() as folder, open_copy(empty_file, Path(folder) / "setu.duckdb") as db:
        fill_offices(db)
        fill_people(db, people)
        for mobile in unreachable:
            mark_undeliverable(db, mobile)
        result = count(db, "supply_restored", categories=categories)
        staged = _stage(db, result.recipients, categories)
    assert set(result.exclusions) == set(REASONS)
    assert result.consumers == len(chosen)
    expected = _judge_plainly(chosen, unreachable)
    assert {reason: result.exclusions[reason] for reason in REASONS} == {
        reason: expected[reason] for reason in REASONS
    }
    assert result.recipients == expected["recipient"] == len(staged)


def _stage(db: Database, recipients: int, categories: tuple[str, ...]) -> list[int]:
    """Submit to the same audience and return the frozen numbers; a nobody is refused."""
    draft = NoticeDraft("supply_restored", "hi", {"time": "16:20"}, Audience("DIV1", categories=categories))
    if not recipients:
        with pytest.raises(BadInput):
            submit(db, composer(db), lambda: NOON, draft)
        return []
    notice_id = submit(db, composer(db), lambda: NOON, draft)
    assert get_notice(db, composer(db), notice_id).recipient_count == recipients
    with db.read() as cursor:
        mobiles = [row[0] for row in cursor.execute("SELECT mobile FROM message").fetchall()]
    assert len(set(mobiles)) == len(mobiles)
    return mobiles


def _judge_plainly(people: list[Person], unreachable: set[int]) -> Counter[str]:
    """The same rules once more, person by person."""
    result: Counter[str] = Counter()
    taken: set[int] = set()
    for one in sorted(people, key=lambda person: person.account_no):
        if one.state == "opted_out":
            result["opted_out"] += 1
        elif one.mobile in unreachable:
            result["not_on_whatsapp"] += 1
        elif one.state in ("missing", "unusable") or one.mobile is None or one.mobile < 6_000_000_000:
            result["no_number"] += 1
        elif one.state == "on_file" or one.consent != "in":
            result["not_enrolled"] += 1
        elif one.office_no < 8:
            result["empty_variable"] += 1
        elif one.mobile in taken:
            result["duplicate_number"] += 1
        else:
            taken.add(one.mobile)
            result["recipient"] += 1
    return result
