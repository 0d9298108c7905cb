"""Consumers' messages to the department's number: joining and leaving, answered in their language."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pyarrow as pa

from dashboard.config import Settings
from dashboard.enrolment.cases import open_case
from dashboard.enrolment.consent import ConsentFact, ask_numbers, mark_reachable, record_consents
from dashboard.enrolment.keywords import Meaning, understand
from dashboard.enrolment.known import Account, Senders, accounts_on_file, look_up_accounts, look_up_senders
from dashboard.registry.phone import OK
from dashboard.registry.states import Refresh
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("inbound.sql"))
_A_COMMIT = 500  # messages
_WAVES = 4  # how often one commit looks through the registry: the writer serves others too
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
    """Do what a message asks for and return the answer; None where it was answered before or needs none. As `handle_messages`."""
    return handle_messages(db, clock, refresh, [message]).get(message.wamid)


def handle_messages(
    db: Database, clock: Clock, refresh: Refresh, messages: Sequence[InboundText]
) -> dict[str, str]:
    """Do what messages ask for, in their order, and return the answers by WhatsApp's id; a message that has none is not there.

    An answer is owed until `mark_answered`: where the application dies in between, the message comes again and gets it.
    System function, called by the webhook: the sender's number is the right to speak for itself, nothing more.
    """
    answers: dict[str, str] = {}
    waiting = list(messages)
    while waiting:
        some, rest = waiting[:_A_COMMIT], waiting[_A_COMMIT:]
        owed, later = db.write(lambda cursor, some=some: _handle(cursor, some, clock(), refresh))  # type: ignore[misc]
        answers |= owed
        waiting = later + rest
    return answers


def mark_answered(cursor: Cursor, wamids: Sequence[str]) -> None:
    """Note, in the commit that sends them, that the answers to these messages are owed no more. System function."""
    _queries.mark_answered(cursor, wamids=list(wamids))


def _say(owed: str) -> str:
    _, code, language, account = owed.split("|")
    return answers()[code][language].format(account=account)


@dataclass(frozen=True)
class _Said:
    """A message and what it means."""

    message: InboundText
    meaning: Meaning

    @property
    def mobile(self) -> int:
        return self.message.mobile

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts it wants to join with."""
        return self.meaning.accounts[:_MOST_ACCOUNTS] if self.meaning.kind == "join" else ()


@dataclass(frozen=True)
class _Known:
    """What stands before some messages are acted on; `on_file` the accounts of the senders for whom that matters."""

    accounts: dict[str, Account]
    senders: Senders
    helped_at: dict[int, datetime]
    on_file: dict[int, set[str]]

    def accounts_of(self, mobile: int) -> set[str]:
        return self.senders.joined.get(mobile, set()) | self.on_file.get(mobile, set())


@dataclass(frozen=True)
class _Deed:
    """What a message leads to: the answer's code ('' for none), the account it speaks of, and words of consent."""

    code: str
    account: str = ""
    facts: tuple[ConsentFact, ...] = ()


def _handle(
    cursor: Cursor, messages: Sequence[InboundText], now: datetime, refresh: Refresh
) -> tuple[dict[str, str], list[InboundText]]:
    """Act on the messages that are new, a few waves of them, and return every answer that is owed and what is left for the next commit."""
    replies = dict(_queries.replies_of(cursor, wamids=[one.wamid for one in messages]))
    owed = {wamid: reply for wamid, reply in replies.items() if reply.startswith(_OWED)}
    fresh: dict[str, InboundText] = {}
    for one in messages:
        if one.wamid not in replies:
            fresh.setdefault(one.wamid, one)
    waiting = [_Said(one, understand(one.text)) for one in fresh.values()]
    if waiting:
        mark_reachable(cursor, [said.mobile for said in waiting], refresh)
    for _ in range(_WAVES):
        if not waiting:
            break
        known = _read_known(cursor, waiting)
        wave, waiting = _split(waiting, known)
        owed |= _act_on(cursor, wave, known, now, refresh)
    answered = {wamid: _say(reply) for wamid, reply in owed.items() if reply}
    return answered, [said.message for said in waiting]


def _read_known(cursor: Cursor, waiting: Sequence[_Said]) -> _Known:
    mobiles = [said.mobile for said in waiting]
    accounts = look_up_accounts(cursor, {account for said in waiting for account in said.accounts})
    with ask_numbers(cursor, mobiles):
        helped_at = dict(_queries.last_helped(cursor))
    on_file = accounts_on_file(cursor, [said.mobile for said in waiting if _needs_all(said, accounts)])
    return _Known(accounts, look_up_senders(cursor, mobiles), helped_at, on_file)


def _needs_all(said: _Said, accounts: dict[str, Account]) -> bool:
    """Whether all accounts of the sender matter: to one who leaves, or joins with an account that has not this number."""
    named = [accounts[account] for account in said.accounts if account in accounts]
    return said.meaning.kind == "stop" or any(account.mobile != said.mobile for account in named)


def _split(waiting: Sequence[_Said], known: _Known) -> tuple[list[_Said], list[_Said]]:
    """Return the messages that can be acted on together, for no two of them share a number or an account; and those after them."""
    together: list[_Said] = []
    later: list[_Said] = []
    taken: set[int | str] = set()
    for said in waiting:
        own: set[int | str] = {said.mobile, *said.accounts}
        if said.meaning.kind == "stop":
            own |= known.accounts_of(said.mobile)
        (later if own & taken else together).append(said)
        taken |= own
    return together, later


def _act_on(
    cursor: Cursor, wave: Sequence[_Said], known: _Known, now: datetime, refresh: Refresh
) -> dict[str, str]:
    """Act on messages that have nothing to do with each other; return what each is owed ('' for nothing)."""
    deeds = [_act(cursor, said, known, now) for said in wave]
    record_consents(cursor, [fact for deed in deeds for fact in deed.facts], refresh)
    owed = {
        said.message.wamid: f"{_OWED}|{deed.code}|{_language(said, known)}|{deed.account[-4:]}" if deed.code else ""
        for said, deed in zip(wave, deeds, strict=True)
    }  # fmt: skip
    _keep(cursor, wave, owed)
    return owed


def _keep(cursor: Cursor, wave: Sequence[_Said], owed: dict[str, str]) -> None:
    columns = {
        "wamid": pa.array([said.message.wamid for said in wave], pa.string()),
        "mobile": pa.array([said.mobile for said in wave], pa.int64()),
        "sent_at": pa.array([said.message.sent_at for said in wave], pa.timestamp("us")),
        "text": pa.array([said.message.text[:_LONGEST_TEXT] for said in wave], pa.string()),
        "meaning": pa.array([said.meaning.kind for said in wave], pa.string()),
        "reply_code": pa.array([owed[said.message.wamid] for said in wave], pa.string()),
    }
    cursor.register("new_messages", pa.table(columns))
    _queries.insert_messages(cursor)
    cursor.unregister("new_messages")


def _language(said: _Said, known: _Known) -> str:
    """The script of this message where it is Hindi, else what the number used before, else the script."""
    if said.meaning.language == "hi":
        return "hi"
    return known.senders.languages.get(said.mobile, said.meaning.language)


def _act(cursor: Cursor, said: _Said, known: _Known, now: datetime) -> _Deed:
    if said.meaning.kind == "stop":
        return _stop(said, known, now)
    if said.accounts:
        return _join_all(cursor, said, known, now)
    helped_at = known.helped_at.get(said.mobile)
    is_answered = helped_at is not None and helped_at > said.message.sent_at - timedelta(hours=24)
    return _Deed("" if is_answered else "help")


def _stop(said: _Said, known: _Known, now: datetime) -> _Deed:
    """Opt every account of that number out at once, also those that never joined: no message may reach it."""
    accounts = sorted(known.accounts_of(said.mobile)) or [""]
    facts = tuple(_fact(said, account, "opt_out", known, now) for account in accounts)
    return _Deed("stopped", facts=facts)


def _join_all(cursor: Cursor, said: _Said, known: _Known, now: datetime) -> _Deed:
    """Join with each account that is named; answered is the first that there is."""
    stopped_at = known.senders.stopped_at.get(said.mobile)
    if stopped_at is not None and stopped_at > said.message.sent_at:
        return _Deed(
            ""
        )  # webhooks come in any order: a JOIN written before a STOP that we already know does not undo it
    taken = set(known.on_file.get(said.mobile, set()))
    done = [_join(cursor, said, account, known, taken, now) for account in said.accounts]
    first = next((one for one in done if one.code != "unknown_account"), done[0])
    return replace(first, facts=tuple(fact for one in done for fact in one.facts))


def _join(
    cursor: Cursor, said: _Said, account_no: str, known: _Known, taken: set[str], now: datetime
) -> _Deed:
    """Enrol the number for the account where the file has none, or the same; another number on file becomes a case.

    `taken` are the accounts that have the number on file by now.
    """
    account = known.accounts.get(account_no)
    if account is None:
        return _Deed("unknown_account", account_no)
    same = account.mobile == said.mobile
    if account.state == "enrolled" and same:
        return _Deed("joined_already", account_no)
    has_other = not same and account.verdict == OK and account.state != "unusable"
    if has_other or _is_unsafe(said.mobile, same, account.verdict, known, taken):
        open_case(
            cursor, account_no=account_no, office_code=account.office_code, on_file=account.mobile, claimed=said.mobile,
            source=_SYSTEM, language=_language(said, known), now=now,
        )  # fmt: skip
        return _Deed("will_be_checked", account_no)
    taken.add(account_no)
    return _Deed("joined", account_no, (_fact(said, account_no, "opt_in", known, now),))


def _is_unsafe(mobile: int, same: bool, verdict: str, known: _Known, taken: set[str]) -> bool:
    """A reader cannot join for the homes of his round, nor one number take over account after account."""
    if mobile in known.senders.readers or (same and verdict == "shared"):
        return True
    return not same and len(taken) >= _SHARED_FROM


def _fact(said: _Said, account_no: str, kind: str, known: _Known, now: datetime) -> ConsentFact:
    message = said.message
    return ConsentFact(
        account_no, message.mobile, kind, min(message.sent_at, now), now, "whatsapp", _SYSTEM, message.wamid, _language(said, known)
    )  # fmt: skip


def numbers_heard(cursor: Cursor, since: datetime) -> pa.Table:
    """Return the numbers that wrote to us since then, by their own clocks, column mobile. System function."""
    return cursor.execute(_queries.numbers_heard.sql, {"since": since}).to_arrow_table()
