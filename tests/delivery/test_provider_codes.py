"""The provider's codes and answers: each means what its documentation says."""

import json

import pytest

from dashboard.delivery.breaker import Breaker, Limits
from dashboard.delivery.errors_table import RULES, Action, pause_before_retry, rule_for
from dashboard.delivery.governor import Governor, Pause
from dashboard.delivery.wire import Answer, MessageHead, build_payload, judge_answer

CODES = [
    (130429, Action.SLOW), (4, Action.WAIT), (80007, Action.WAIT), (131056, Action.PAIR), (1, Action.RETRY),
    (2, Action.RETRY), (131000, Action.RETRY), (131016, Action.RETRY), (133004, Action.RETRY), (131057, Action.LATER),
    (131048, Action.STOP_NUMBER), (131064, Action.STOP_NUMBER), (131049, Action.WITHHOLD), (130472, Action.FAIL),
    (131050, Action.SUPPRESS), (131026, Action.UNDELIVERABLE), (130403, Action.BLOCK), (131047, Action.FAIL),
    (100, Action.FAIL_ALIKE), (131008, Action.FAIL_ALIKE), (131009, Action.FAIL_ALIKE), (131021, Action.FAIL_ALIKE),
    (131051, Action.FAIL_ALIKE), (135000, Action.FAIL_ALIKE), (131053, Action.STOP_JOB), (132000, Action.FAIL_ALIKE),
    (132012, Action.FAIL_ALIKE), (132018, Action.FAIL_ALIKE), (132001, Action.STOP_JOB), (132005, Action.FAIL),
    (132007, Action.STOP_JOB), (132015, Action.PAUSE_JOB), (132016, Action.STOP_JOB), (131042, Action.STOP_ALL),
    (133010, Action.STOP_NUMBER), (131045, Action.STOP_NUMBER), (131037, Action.STOP_NUMBER), (33, Action.STOP_NUMBER),
    (0, Action.STOP_ALL), (190, Action.STOP_ALL), (3, Action.STOP_ALL), (10, Action.STOP_ALL),
    (200, Action.STOP_ALL), (250, Action.STOP_ALL), (299, Action.STOP_ALL), (131005, Action.STOP_ALL),
    (368, Action.STOP_ALL), (131031, Action.STOP_ALL), (130497, Action.STOP_ALL), (131030, Action.FAIL),
    (999999, Action.FAIL_ALIKE), (None, Action.FAIL_ALIKE),
]  # fmt: skip


@pytest.mark.parametrize(("code", "action"), CODES)
def test_code_leads_to_its_action(code: int | None, action: Action) -> None:
    assert rule_for(code).action is action


def test_table_holds_no_code_beyond_those_checked_here() -> None:
    assert set(RULES) - set(range(200, 300)) == {code for code, _ in CODES if code in RULES} - set(
        range(200, 300)
    )


def test_pauses_grow_and_a_person_is_spared_longer() -> None:
    assert [pause_before_retry(Action.RETRY, count, 2.0) for count in (0, 1, 2, 20)] == [2, 4, 8, 300]
    assert [pause_before_retry(Action.PAIR, count, 2.0) for count in (0, 1, 2)] == [4, 16, 64]
    assert pause_before_retry(Action.LATER, 0, 2.0) == 60


def answer(**message: object) -> bytes:
    return json.dumps({"messages": [{"id": "wamid.1", **message}]}).encode()


def error(code: object) -> bytes:
    return json.dumps({"error": {"code": code, "message": "(#1) words"}}).encode()


ANSWERS = [
    (200, answer(), Answer("accepted", "wamid.1")),
    (200, answer(message_status="accepted"), Answer("accepted", "wamid.1")),
    (200, answer(message_status="held_for_quality_assessment"), Answer("held", "wamid.1")),
    (200, answer(message_status="paused"), Answer("held", "wamid.1")),
    (200, b"", Answer("in_doubt")),
    (200, b'{"messages": []}', Answer("in_doubt")),
    (200, b'{"messages": [{"id": 7}]}', Answer("in_doubt")),
    (200, b'{"messages": [{"id": ""}]}', Answer("in_doubt")),
    (200, answer(message_status=None), Answer("accepted", "wamid.1")),
    (200, b"<html>", Answer("in_doubt")),
    (200, b"[" * 100_000, Answer("in_doubt")),
    (200, b'{"messages":' + b"[" * 100_000 + b"]" * 100_000 + b"}", Answer("in_doubt")),
    (
        200,
        b'{"messages": [{"id": "wamid.\\ud800"}]}',
        Answer("accepted", "wamid.?"),
    ),  # as in the reports on it
    (400, error(132000), Answer("refused", code=132000)),
    (500, error(131016), Answer("refused", code=131016)),  # the code counts, not the status
    (200 + 103, b"", Answer("refused")),  # a redirect is never followed
    (502, b"<html>bad gateway", Answer("in_doubt")),
    (504, b"", Answer("in_doubt")),
    (500, error("text"), Answer("in_doubt")),
    (400, error(10**14), Answer("refused")),  # no code that anybody knows, and none that can be kept
    (400, error(-(2**31)), Answer("refused")),
    (400, error(True), Answer("refused")),
    (429, b"", Answer("refused", code=130429)),
    (401, b"", Answer("refused", code=190)),
    (404, b"[]", Answer("refused")),
]


@pytest.mark.parametrize(("status", "body", "wanted"), ANSWERS)
def test_answer_proves_acceptance_or_refusal_or_stays_in_doubt(
    status: int, body: bytes, wanted: Answer
) -> None:
    assert judge_answer(status, body) == wanted


def test_template_without_variables_has_no_components() -> None:
    body = json.loads(build_payload(MessageHead("template", "safety", "en", ()), 9800000001, [], "x"))
    assert body["template"] == {"name": "safety", "language": {"code": "en"}}


def test_numbered_places_carry_no_names() -> None:
    body = json.loads(build_payload(MessageHead("template", "safety", "en", ("1",)), 9800000001, ["a"], "x"))
    assert body["template"]["components"][0]["parameters"] == [{"type": "text", "text": "a"}]


def make_governor() -> Governor:
    return Governor(configured_rate=80.0, max_rounds=3, pause_unit=2.0)


def test_rate_halves_at_most_once_a_second_and_is_won_back() -> None:
    governor = make_governor()
    for tick in range(10):
        governor.observe(1, Answer("refused", code=130429), 100 + tick / 100)
    assert governor.rate == 40
    governor.observe(1, Answer("refused", code=130429), 101.5)
    assert governor.rate == 20
    for second in range(40):
        governor.observe(1, Answer("accepted"), 103.0 + second)
    assert governor.rate == 80


def test_a_rate_that_is_set_slower_than_the_slowest_is_kept_where_the_provider_slows_down() -> None:
    governor = Governor(configured_rate=0.2, max_rounds=3, pause_unit=2.0)
    governor.observe(1, Answer("refused", code=130429), 100.0)
    assert governor.rate == 0.2


def test_unreachable_provider_is_held_longer_each_round_then_pauses() -> None:
    governor, now = make_governor(), 100.0
    for seconds in (2, 4, 8):
        for _ in range(50):  # all that was under way belongs to one round
            assert governor.observe(1, Answer("not_sent"), now) is None
        assert governor.hold_reason(now + seconds - 0.1) == "provider_down"
        assert governor.is_probing and governor.hold_reason(now + seconds) is None
        now += seconds
    assert governor.observe(1, Answer("not_sent"), now) == Pause("provider_down")


def test_call_limit_leaves_the_account_alone_for_minutes() -> None:
    governor = make_governor()
    governor.observe(1, Answer("refused", code=80007), 100.0)
    assert (governor.hold_reason(219.0), governor.hold_reason(220.0)) == ("call_limit", None)


def test_good_answer_ends_a_row_of_bad_ones() -> None:
    governor = make_governor()
    for _ in range(5):
        pauses = [governor.observe(1, Answer("in_doubt"), 100.0) for _ in range(49)]
        assert set(pauses) == {None}
        governor.observe(1, Answer("accepted"), 100.0)
    pauses = [governor.observe(1, Answer("in_doubt"), 100.0) for _ in range(50)]
    assert pauses[-1] == Pause("provider_silent")


def make_breaker() -> Breaker:
    return Breaker(Limits(first_rows=10, failures=10, share=0.1))


def test_some_bad_rows_in_a_good_job_do_not_stop_it() -> None:
    breaker = make_breaker()
    answers = [
        Answer("refused", code=132000) if number % 20 == 0 else Answer("accepted")
        for number in range(1, 2000)
    ]
    assert {breaker.observe(1, one) for one in answers} == {None}


def test_more_than_ten_failures_and_more_than_a_tenth_stop_the_job_with_their_reason() -> None:
    breaker = make_breaker()
    for _ in range(90):
        breaker.observe(1, Answer("accepted"))
    assert [breaker.observe(1, Answer("refused", code=132000)) for _ in range(11)] == [None] * 10 + [
        "parameter_count"
    ]
    assert breaker.observe(2, Answer("refused", code=132000)) is None  # another job is not counted with it


def test_failures_of_many_kinds_stop_the_job_and_say_so() -> None:
    breaker = make_breaker()
    codes = [131026, 131049, 132005] * 4
    found = [breaker.observe(1, Answer("refused", code=code)) for code in codes]
    assert found[:10] == [None] * 10 and found[10] == "many_failed"


def test_people_who_cannot_be_reached_stop_a_job_once_and_bad_rows_again() -> None:
    breaker = make_breaker()
    assert [breaker.observe(1, Answer("refused", code=131026)) for _ in range(10)][-1] == "not_on_whatsapp"
    breaker.forget(1)  # a person has looked and lets it go on
    assert {breaker.observe(1, Answer("refused", code=131026)) for _ in range(100)} == {None}
    assert "bad_request" in {breaker.observe(1, Answer("refused", code=100)) for _ in range(40)}


def test_failed_reports_count_like_refusals() -> None:
    breaker = make_breaker()
    for _ in range(50):
        breaker.observe(1, Answer("accepted"))
    found = [breaker.observe_report(1, 131026) for _ in range(11)]
    assert found == [None] * 10 + ["not_on_whatsapp"]
