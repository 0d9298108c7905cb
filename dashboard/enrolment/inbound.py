"""Consumers' messages to the department's number: joining and leaving, answered in their language."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from dashboard.config import Settings
from dashboard.enrolment.cases import open_case
from dashboard.enrolment.consent import ConsentFact, look_up_account, mark_reachable, queries, record_consents
from dashboard.enrolment.keywords import Meaning, understand
from dashboard.registry.states import Refresh
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("inbound.sql"))
_MOST_ACCOUNTS = 5  # of one message
_SHARED_FROM: int = Settings.model_fields["shared_threshold"].default  # accounts one number may take over
_LONGEST_TEXT = 4096  # characters WhatsApp allows
_SYSTEM = "whatsapp"
_OWED = "owed"  # before code, language and account of an answer that is not on its way yet


@dataclass(frozen=True)
class InboundText:
    """A consumer's message: WhatsApp's id, the sender's ten digits, the text, when it was sent (UTC)."""

    wamid: str
    mobile: int = field(repr=False)
    text: str = field(repr=False)
    sent_at: datetime


@cache
def answers() -> dict[str, dict[str, str]]:
    """Return the answers by code and language."""
    return tomllib.loads(Path(__file__).with_name("answers.toml").read_text(encoding="utf-8"))


def handle_inbound(db: Database, clock: Clock, refresh: Refresh, message: InboundText) -> str | None:
    """Do what a message asks for and return the answer; None where it was answered before or needs none.

    The answer is owed until `mark_answered`: where the application dies in between, the message comes again and gets it.
    System function, called by the webhook: the sender's number is the right to speak for itself, nothing more.
    """
    meaning = understand(message.text)

    def change(cursor: Cursor) -> str | None:
        if (known := _queries.reply_of(cursor, wamid=message.wamid)) is not None:
            return _say(known) if known.startswith(_OWED) else None
        mark_reachable(cursor, [message.mobile], refresh)
        language = _language(cursor, message.mobile, meaning)
        code, account = _act(cursor, message, meaning, language, clock(), refresh)
        owed = f"{_OWED}|{code}|{language}|{account[-4:]}" if code else ""
        _queries.insert_inbound(
            cursor, wamid=message.wamid, mobile=message.mobile, sent_at=message.sent_at, text=message.text[:_LONGEST_TEXT],
            meaning=meaning.kind, reply_code=owed,
        )  # fmt: skip
        return _say(owed) if owed else None

    return db.write(change)


def mark_answered(cursor: Cursor, wamids: Sequence[str]) -> None:
    """Note, in the commit that sends them, that the answers to these messages are owed no more. System function."""
    _queries.mark_answered(cursor, wamids=list(wamids))


def _say(owed: str) -> str:
    _, code, language, account = owed.split("|")
    return answers()[code][language].format(account=account)


def _language(cursor: Cursor, mobile: int, meaning: Meaning) -> str:
    """The script of this message where it is Hindi, else what the number used before, else the script."""
    if meaning.language == "hi":
        return "hi"
    return str(queries.language_of(cursor, mobile=mobile) or meaning.language)


def _act(
    cursor: Cursor, message: InboundText, meaning: Meaning, language: str, now: datetime, refresh: Refresh
) -> tuple[str, str]:
    """Return the answer's code ('' for none) and the account it speaks of."""
    if meaning.kind == "stop":
        return _stop(cursor, message, language, now, refresh), ""
    if meaning.kind == "join" and meaning.accounts:
        if _has_stopped_since(cursor, message):
            return "", ""
        done = [
            (_join(cursor, message, account, language, now, refresh), account)
            for account in meaning.accounts[:_MOST_ACCOUNTS]
        ]
        return next((one for one in done if one[0] != "unknown_account"), done[0])
    helped = _queries.count_helped(cursor, mobile=message.mobile, since=message.sent_at - timedelta(hours=24))
    return ("", "") if helped else ("help", "")


def _stop(cursor: Cursor, message: InboundText, language: str, now: datetime, refresh: Refresh) -> str:
    """Opt every account of that number out at once, also those that never joined: no message may reach it."""
    joined = {account for account, _ in queries.consents_of_number(cursor, mobile=message.mobile)}
    accounts = joined | {account for (account,) in queries.accounts_of_number(cursor, mobile=message.mobile)}
    facts = [_fact(message, account, "opt_out", language, now) for account in sorted(accounts)]
    record_consents(cursor, facts or [_fact(message, "", "opt_out", language, now)], refresh)
    return "stopped"


def _join(
    cursor: Cursor, message: InboundText, account: str, language: str, now: datetime, refresh: Refresh
) -> str:
    """Enrol the number for the account where the file has none, or the same; another number on file becomes a case."""
    row = look_up_account(cursor, account)
    if row is None:
        return "unknown_account"
    account_no, _, office_code, on_file, verdict, state = row
    if state == "enrolled" and on_file == message.mobile:
        return "joined_already"
    same = on_file == message.mobile
    has_other = not same and verdict == "ok" and state != "unusable"
    if has_other or _is_unsafe(cursor, message.mobile, same, verdict):
        open_case(
            cursor, account_no=account_no, office_code=office_code, on_file=on_file, claimed=message.mobile, source=_SYSTEM,
            language=language, now=now,
        )  # fmt: skip
        return "will_be_checked"
    record_consents(cursor, [_fact(message, account_no, "opt_in", language, now)], refresh)
    return "joined"


def _is_unsafe(cursor: Cursor, mobile: int, same: bool, verdict: str) -> bool:
    """A reader cannot join for the homes of his round, nor one number take over account after account."""
    if queries.is_reader_number(cursor, mobile=mobile) or (same and verdict == "shared"):
        return True
    return not same and len(list(queries.accounts_of_number(cursor, mobile=mobile))) >= _SHARED_FROM


def _has_stopped_since(cursor: Cursor, message: InboundText) -> bool:
    """Webhooks come in any order: a JOIN written before a STOP that we already know does not undo it."""
    stopped_at = queries.last_stop_of(cursor, mobile=message.mobile)
    return stopped_at is not None and stopped_at > message.sent_at


def _fact(message: InboundText, account_no: str, kind: str, language: str, now: datetime) -> ConsentFact:
    given_at = min(message.sent_at, now)
    return ConsentFact(
        account_no, message.mobile, kind, given_at, now, "whatsapp", _SYSTEM, message.wamid, language
    )


def numbers_heard(cursor: Cursor, since: datetime) -> list[int]:
    """Return the numbers that wrote to us since then, by their own clocks. System function."""
    return [mobile for (mobile,) in _queries.numbers_heard(cursor, since=since)]
