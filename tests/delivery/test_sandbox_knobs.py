"""What can be turned in the sandbox, without a server: limits, templates, people, what becomes of messages."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest

from dashboard.config import PROJECT_DIR
from dashboard.delivery.sandbox.knobs import Knobs, code_of_ending, turn
from dashboard.delivery.sandbox.limits import Limits, tier_of
from dashboard.delivery.sandbox.presets import PRESETS, name_of, preset
from dashboard.delivery.sandbox.provider import Provider
from dashboard.delivery.sandbox.reports import advance
from dashboard.delivery.sandbox.templates import Rejected
from dashboard.delivery.updates import read_updates
from dashboard.errors import BadInput
from dashboard.ui.catalogue import has_words

from .webhook_bodies import NOW, envelope

WHO = "919800000001"
TEMPLATE = {
    "name": "bill_due",
    "category": "UTILITY",
    "language": "hi",
    "components": [{"type": "BODY", "text": "बिल देय है।"}],
}
MESSAGE = {
    "messaging_product": "whatsapp",
    "to": f"+{WHO}",
    "type": "template",
    "template": {"name": "bill_due", "language": {"code": "hi"}},
}


class _Reporter:
    """Keeps what would be told to the webhook."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []

    def plan(self, field: str, value: dict[str, Any], delay: float = 0.0, line: object = None) -> None:
        self.told.append((field, value))

    def fields(self, name: str, key: str) -> list[Any]:
        return [value[key] for field, value in self.told if field == name]


def make_provider(**knobs: object) -> tuple[Provider, _Reporter]:
    reporter = _Reporter()
    wanted = turn(Knobs(failed_rate=0.0), knobs)
    return Provider("token", "100000000000001", "2", reporter, wanted), reporter  # type: ignore[arg-type]


def run(play: Callable[[Provider], object], **knobs: object) -> _Reporter:
    """Let something happen in an event loop, as the server has one."""
    provider, reporter = make_provider(**knobs)

    async def inside() -> None:
        play(provider)
        await asyncio.sleep(0.02)

    asyncio.run(inside())
    return reporter


def code_of(call: Callable[[], object]) -> int | None:
    try:
        call()
    except Rejected as refusal:
        return refusal.code
    return None


def take(provider: Provider, number: str = WHO, sender: str = "1") -> int | None:
    return code_of(lambda: provider.take_message({**MESSAGE, "to": f"+{number}"}, sender))


def test_throughput_is_each_numbers_own() -> None:
    limits, knobs = Limits(), Knobs(throughput=5.0, pair_seconds=0.0)
    codes = [code_of(lambda: limits.take_message(knobs, "a", WHO, 0.0)) for _ in range(7)]
    assert codes == [None] * 5 + [130429] * 2
    assert code_of(lambda: limits.take_message(knobs, "b", WHO, 0.0)) is None
    assert [code_of(lambda: limits.take_message(knobs, "a", WHO, 0.4)) for _ in range(3)] == [
        None,
        None,
        130429,
    ]


def test_one_person_gets_a_burst_and_then_one_message_in_six_seconds() -> None:
    limits, knobs = Limits(), Knobs(pair_seconds=6.0, pair_burst=3)
    assert [code_of(lambda: limits.take_message(knobs, "a", WHO, 0.0)) for _ in range(4)] == [None] * 3 + [
        131056
    ]
    assert code_of(lambda: limits.take_message(knobs, "a", "919800000002", 0.0)) is None
    assert [code_of(lambda: limits.take_message(knobs, "a", WHO, 6.0)) for _ in range(2)] == [None, 131056]


def test_different_people_of_a_day_are_counted_over_all_numbers() -> None:
    limits, knobs = Limits(), Knobs(daily_limit=2, daily_code=131048)

    def ask(sender: str, person: str, at: float) -> int | None:
        return code_of(lambda: limits.take_message(knobs, sender, person, at))

    assert [ask("a", "1", 0), ask("b", "2", 10), ask("a", "3", 20), ask("a", "1", 30)] == [
        None,
        None,
        131048,
        None,
    ]
    assert [ask("a", "3", 86_420), ask("a", "4", 86_421)] == [
        None,
        131048,
    ]  # the second's day is over, the first wrote later
    assert [tier_of(250), tier_of(2_000), tier_of(500_000)] == ["TIER_250", "TIER_2K", "TIER_UNLIMITED"]


def test_calls_about_templates_are_counted_by_the_hour() -> None:
    limits, knobs = Limits(), Knobs(management_limit=2)
    codes = [code_of(lambda at=at: limits.take_call(knobs, at)) for at in (0.0, 1.0, 2.0, 3_600.5)]  # type: ignore[misc]
    assert codes == [None, None, 4, None]


def test_last_digits_bring_the_code_that_was_asked_for() -> None:
    def play(provider: Provider) -> None:
        provider.shelf.add(TEMPLATE, provider.knobs)
        assert take(provider, "919800000021") == 131026
        assert [take(provider, number) for number in ("919800000007", "919800000001")] == [None, None]

    told = run(
        play,
        refuse_endings="21:131026",
        fail_endings="07:131049, 13:131050",
        delivered_rate=1.0,
        read_rate=0.0,
    )
    statuses = [
        (value["recipient_id"][-2:], value["status"], value.get("errors", [{}])[0].get("code"))
        for field, value in told.told
        if field == "statuses"
    ]
    assert statuses == [("07", "failed", 131049), ("01", "sent", None), ("01", "delivered", None)]
    assert code_of_ending("", WHO) is None


# knobs, and what becomes of a template that is submitted: status, category, and the news that is told
REVIEWS = [
    ({}, "APPROVED", "UTILITY", ["APPROVED"]),
    ({"reject_templates": True}, "REJECTED", "UTILITY", ["REJECTED"]),
    ({"approve_templates": False}, "PENDING", "UTILITY", ["PENDING"]),
    ({"marketing_templates": True}, "APPROVED", "MARKETING", ["APPROVED"]),
    ({"review_seconds": 0.001}, "APPROVED", "UTILITY", ["APPROVED"]),
    ({"review_seconds": 60.0}, "PENDING", "UTILITY", []),
]  # fmt: skip


@pytest.mark.parametrize(("knobs", "status", "category", "events"), REVIEWS)
def test_a_template_is_reviewed_as_the_knobs_say(
    knobs: dict, status: str, category: str, events: list[str]
) -> None:
    providers: list[Provider] = []

    def play(provider: Provider) -> None:
        providers.append(provider)
        assert provider.shelf.add(TEMPLATE, provider.knobs).category == category

    told = run(play, **knobs)
    (template,) = providers[0].shelf.templates.values()
    assert (template.status, template.category) == (status, category)
    assert told.fields("message_template_status_update", "event") == events
    assert told.fields("template_category_update", "new_category") == (
        ["MARKETING"] if category == "MARKETING" else []
    )


def test_paused_and_disabled_templates_refuse_and_are_freed_again() -> None:
    def play(provider: Provider) -> None:
        provider.shelf.add(TEMPLATE, provider.knobs)
        codes = []
        for change in (
            {"templates_paused": True},
            {"templates_paused": False},
            {"templates_disabled": True},
            {"templates_disabled": False},
        ):
            provider.turn_to(turn(provider.knobs, change))
            codes.append(take(provider))
        assert codes == [132015, None, 132016, None]

    told = run(play)
    assert told.fields("message_template_status_update", "event") == [
        "APPROVED",
        "PAUSED",
        "APPROVED",
        "DISABLED",
        "APPROVED",
    ]


def test_a_pause_ends_by_itself() -> None:
    def play(provider: Provider) -> None:
        provider.shelf.add(TEMPLATE, provider.knobs)
        provider.turn_to(turn(provider.knobs, {"templates_paused": True, "pause_seconds": 0.001}))

    assert run(play).fields("message_template_status_update", "event")[-1] == "APPROVED"


def test_held_messages_go_later_or_end_as_paused() -> None:
    def play(provider: Provider) -> None:
        provider.shelf.add(TEMPLATE, provider.knobs)
        answer = provider.take_message(MESSAGE, "1")
        assert answer["messages"][0]["message_status"] == "held_for_quality_assessment"

    assert run(play, held_rate=1.0, read_rate=0.0, delivered_rate=1.0).fields("statuses", "status") == [
        "sent",
        "delivered",
    ]
    assert run(play, held_rate=1.0, held_drop_rate=1.0).fields("statuses", "errors")[0][0]["code"] == 132015


def test_reports_carry_the_price_of_the_templates_category() -> None:
    def play(provider: Provider) -> None:
        provider.shelf.add(TEMPLATE, provider.knobs)
        take(provider)
        provider.take_message({**MESSAGE, "type": "text", "text": {"body": "नमस्ते"}}, "1")

    told = run(play, marketing_templates=True, delivered_rate=1.0, read_rate=0.0)
    found = read_updates(_envelope(told), "own", NOW)
    assert [(one.status, one.category, one.billable) for one in found.statuses] == [
        ("sent", "marketing", False), ("delivered", "marketing", True), ("sent", "service", False), ("delivered", "service", False),
    ]  # fmt: skip


def _envelope(told: _Reporter) -> bytes:
    import json

    changes: dict[str, list[Any]] = {"statuses": [], "messages": []}
    for field, value in told.told:
        if field in changes:
            changes[field].append(value)
    return json.dumps(envelope(changes)).encode()


def test_hidden_numbers_stand_in_no_report() -> None:
    def play(provider: Provider) -> None:
        provider.shelf.add(TEMPLATE, provider.knobs)
        take(provider)
        provider.people.write({"from": WHO, "text": "STOP"}, provider.knobs)

    told = run(play, hide_numbers=True)
    assert WHO not in repr(told.told)
    found = read_updates(_envelope(told), "own", NOW)
    assert {one.user_id for one in found.statuses} == {one.user_id for one in found.hidden}


def test_people_press_buttons_change_numbers_and_switch_marketing_off() -> None:
    def play(provider: Provider) -> None:
        provider.people.write({"from": "98000 00001", "text": "रोकें", "payload": "STOP"}, provider.knobs)
        provider.people.write({"from": WHO, "text": "new", "moved_to": "9800000099"}, provider.knobs)
        provider.people.set_preference({"from": WHO, "value": "stop"}, provider.knobs)

    told = run(play)
    found = read_updates(_envelope(told), "own", NOW)
    assert [(one.mobile, one.payload) for one in found.inbound] == [(9800000001, "STOP")]
    assert [(one.old_mobile, one.new_mobile) for one in found.changes] == [(9800000001, 9800000099)]
    assert told.fields("user_preferences", "user_preferences")[0][0]["value"] == "stop"


def test_numbers_of_the_account_are_known_and_others_are_not() -> None:
    provider, _ = make_provider()
    known = ["100000000000001", "100000000000007", "100000000000101", "1", "999"]
    assert [provider.is_own_number(one) for one in known] == [True, True, False, False, False]


def test_the_numbers_colour_is_told_and_shown() -> None:
    told = run(lambda provider: provider.turn_to(preset("quality_falls")))
    assert told.fields("phone_number_quality_update", "event") == ["FLAGGED"]
    provider, _ = make_provider(quality="YELLOW", daily_limit=2000)
    shown = provider.describe_number("100000000000002")
    assert (shown["quality_rating"], shown["whatsapp_business_manager_messaging_limit"]) == (
        "YELLOW",
        "TIER_2K",
    )


def test_a_chat_never_goes_back() -> None:
    assert [advance("read", "sent"), advance("sent", "read"), advance("sent", "failed"), advance("accepted", "warehoused")] == [
        "read", "read", "failed", "warehoused",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [{"fail_endings": "7"}, {"fail_endings": "07:x"}, {"refuse_endings": 7}, {"quality": "BLUE"}, {"daily_limit": -1},
     {"daily_limit": float("inf")}, {"timeout_rate": 1.1}, {"review_seconds": -1.0}, {"outage": "yes"}],
)  # fmt: skip
def test_what_makes_no_sense_cannot_be_turned(change: dict) -> None:
    with pytest.raises(BadInput):
        turn(Knobs(), change)


def test_every_day_can_be_chosen_and_is_known_again() -> None:
    assert [name_of(preset(name)) for name in PRESETS] == list(PRESETS)
    assert name_of(turn(preset("stormy"), {"latency": 9.0})) == ""
    with pytest.raises(BadInput):
        preset("sunny")


def test_every_knob_and_every_day_has_words_and_a_place_on_the_page() -> None:
    names = [knob.name for knob in fields(Knobs)]
    keys = [f"sandbox.knob_{name}" for name in names] + [
        f"sandbox.day_{name}{end}" for name in PRESETS for end in ("", "_text")
    ]
    assert [key for key in keys if not has_words(key)] == []
    page = (PROJECT_DIR / "dashboard/delivery/sandbox/knobs.js").read_text(encoding="utf-8")
    assert set(names) <= set(re.findall(r'"([a-z_]+)"', page.split("};")[0]))
