"""The only place that wires the parts together: database, sender, webhooks, sandbox, the daily work."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dashboard.access.scope import Scope
from dashboard.config import Settings
from dashboard.coverage.cube import refresh_cube
from dashboard.coverage.days import keep_days, take_snapshot
from dashboard.delivery.account import account_of, complete_settings
from dashboard.delivery.applier import Ears, WebhookApplier
from dashboard.delivery.client import ManagementClient
from dashboard.delivery.credentials import Account, is_loopback
from dashboard.delivery.dispatcher import Dispatcher
from dashboard.delivery.findings import FailedReport
from dashboard.delivery.gatherer import Gatherer
from dashboard.delivery.holds import note_marketing
from dashboard.delivery.inbound import InboundText as DeliveredText
from dashboard.delivery.inbound import NumberChange as DeliveredChange
from dashboard.delivery.inbound import Preference
from dashboard.delivery.making import sweep_unmade
from dashboard.delivery.phone_watch import PhoneWatch
from dashboard.delivery.sandbox.main import SandboxConfig
from dashboard.delivery.sandbox.process import SandboxProcess
from dashboard.delivery.webhook import WebhookCounts
from dashboard.enrolment.inbound import InboundText, handle_messages, mark_answered
from dashboard.enrolment.keywords import choose_text
from dashboard.enrolment.number_change import NumberChange, handle_number_change
from dashboard.enrolment.opted_out import OptedOut
from dashboard.enrolment.preferences import record_preferences
from dashboard.errors import Unavailable
from dashboard.notices.draft import NoticeDraft
from dashboard.notices.drafting import submit
from dashboard.notices.freeze_jobs import FreezeJobs
from dashboard.notices.freezing import Progress as FreezeProgress
from dashboard.notices.hours import Span, quiet_span
from dashboard.notices.pacing import HoursWatch
from dashboard.notices.standing import ask_standing, is_marketing
from dashboard.notices.template_store import load_written
from dashboard.registry.import_jobs import ImportJobs
from dashboard.registry.import_log import NOTHING, ImportResult
from dashboard.registry.import_work import Progress
from dashboard.registry.importer import clear_leftovers, import_exports
from dashboard.registry.office_names import import_office_names, read_names_tables
from dashboard.registry.sources import Upload, spread
from dashboard.registry.states import Refresh
from dashboard.store.clock import Clock, india_day, utc_now
from dashboard.store.database import Cursor, Database, open_database
from dashboard.store.facts import read_fact

_log = logging.getLogger(__name__)


@dataclass
class Runtime:
    """One running installation. `is_demo`: its registry was made up, and nothing leaves this machine."""

    settings: Settings
    db: Database
    clock: Clock
    dispatcher: Dispatcher | None = None
    applier: WebhookApplier | None = None
    gatherer: Gatherer | None = None
    sandbox: SandboxProcess | None = None
    phone_watch: PhoneWatch | None = None
    webhooks: WebhookCounts = field(default_factory=WebhookCounts)
    is_demo: bool = False
    refresh: Refresh = field(default=refresh_cube)
    failing: dict[str, str] = field(
        default_factory=dict
    )  # steps of the clockwork that fail now, and by which error
    imports: ImportJobs = field(init=False)
    freezes: FreezeJobs = field(init=False)
    opted_out: OptedOut = field(init=False)

    def __post_init__(self) -> None:
        self.imports = ImportJobs(self.bring_in, self.settings.data_dir / "importing")
        self.freezes = FreezeJobs(self.submit)
        self.opted_out = OptedOut(self.db)

    def submit(
        self, scope: Scope, draft: NoticeDraft, notice_id: int | None, progress: FreezeProgress
    ) -> int:
        """Submit a notice; as `drafting.submit`."""
        return submit(self.db, scope, self.clock, draft, notice_id, progress=progress)

    def bring_in(self, scope: Scope, uploads: Sequence[Upload], progress: Progress) -> ImportResult:
        """Import billing exports as one, and the tables of office names among them; keep the day's coverage. Raises as `import_exports`."""
        tables = read_names_tables(uploads)
        result = NOTHING if tables and not spread(uploads) else import_exports(
            self.db, scope, uploads, clock=self.clock, shared_threshold=self.settings.shared_threshold, refresh=self.refresh,
            progress=progress,
        )  # fmt: skip
        named = [import_office_names(self.db, scope, table, self.clock) for table in tables]
        self.db.write(lambda cursor: take_snapshot(cursor, india_day(self.clock())))
        return replace(result, files=result.files + named)

    async def keep_webhook(self, body: bytes) -> None:
        """Store a signed body and have it applied. Raises Unavailable, or what the database raises."""
        if self.gatherer is None or self.applier is None:
            raise Unavailable("not_started")
        await self.gatherer.store(body)
        self.applier.wake()

    @property
    def quiet(self) -> Span | None:
        """The hours in which only what is urgent goes out."""
        return quiet_span(self.settings)

    @property
    def rate(self) -> float:
        """Messages a second as they go at the moment: no more than configured, fewer where WhatsApp slows the sending down."""
        most = self.settings.rate_per_second
        if self.dispatcher is None:
            return most
        status = self.dispatcher.status()
        return min(most, status.pace or status.rate_per_second)

    @property
    def briefs_dir(self) -> Path:
        return self.settings.data_dir / "briefs"


_current: Runtime | None = None


def current() -> Runtime:
    """Return the running installation. Raises Unavailable("not_started") before `start`."""
    if _current is None:
        raise Unavailable("not_started")
    return _current


def install(runtime: Runtime | None) -> None:
    """Make a runtime the current one; tests put their own in its place."""
    global _current
    _current = runtime


def open_registry(settings: Settings, clock: Clock = utc_now) -> Runtime:
    """Open the registry alone: enough for every command that sends nothing.

    Raises Unavailable("database_locked") where another process holds it.
    """
    db = open_database(settings.database_path, memory_limit=settings.memory_limit, threads=settings.threads)
    clear_leftovers(db)
    sweep_unmade(db)
    keep_days(db, clock)
    load_written(db)
    with db.read() as cursor:
        is_demo = read_fact(cursor, "is_demo") == "1"
    return Runtime(complete_settings(db, settings), db, clock, is_demo=is_demo)


def start(settings: Settings, clock: Clock = utc_now) -> Runtime:
    """Open the registry and start everything that works beside the pages; `stop` ends it all."""
    runtime = open_registry(settings, clock)
    try:
        start_delivery(runtime)
    except BaseException:
        stop(runtime)
        raise
    install(runtime)
    return runtime


def start_delivery(runtime: Runtime) -> None:
    """Start sandbox (where no account is configured), sender and the reading of webhooks.

    Raises Refused("demo_loopback_only") where a demonstration is pointed at the world.
    """
    settings, db = runtime.settings, runtime.db
    account = account_of(db, settings)
    runtime.applier = WebhookApplier(db, runtime.clock, **vars(ears_of(runtime)))
    runtime.applier.start()
    runtime.gatherer = Gatherer(db, runtime.clock)
    if settings.uses_sandbox:
        runtime.sandbox = SandboxProcess(
            _sandbox_config(settings), lambda: _offer_to_stand_in(runtime, account)
        )
        runtime.sandbox.start()
    if is_loopback(account.graph_url):
        _offer_to_stand_in(runtime, account)
    runtime.opted_out.renew()
    runtime.dispatcher = Dispatcher(
        db, settings, runtime.clock, runtime.opted_out.among,
        is_marketing=is_marketing, before_claim=HoursWatch(db, runtime.quiet),
    )  # fmt: skip
    runtime.dispatcher.start()
    if account.token:
        runtime.phone_watch = PhoneWatch(db, runtime.clock, account, settings.phone_check_seconds)
        runtime.phone_watch.start()


def stop(runtime: Runtime) -> None:
    """End every child and thread, then close the registry."""
    for part in (
        runtime.phone_watch,
        runtime.imports,
        runtime.freezes,
        runtime.dispatcher,
        runtime.applier,
        runtime.sandbox,
    ):
        if part is not None:
            part.stop()
    runtime.db.close()
    if _current is runtime:
        install(None)


def _sandbox_config(settings: Settings) -> SandboxConfig:
    return SandboxConfig(
        port=settings.sandbox_port,
        webhook_url=f"http://127.0.0.1:{settings.port}/webhooks/whatsapp",
        app_secret=settings.app_secret,
        token=settings.whatsapp_token,
        phone_number_id=settings.phone_number_id,
        waba_id=settings.waba_id,
    )


def _offer_to_stand_in(runtime: Runtime, account: Account) -> None:
    """Let a stand-in on this machine know the templates; with Meta an administrator submits them (`templates`)."""
    try:
        offer_templates(runtime.db, runtime.clock, account)
    except Unavailable as error:
        _log.warning("the templates could not be offered: %s", error.code)


def offer_templates(db: Database, clock: Clock, account: Account) -> None:
    """Submit those of the shipped templates that the account does not know yet, keep how all stand. Raises Unavailable."""
    ask_standing(db, clock, ManagementClient(account))


def ears_of(runtime: Runtime) -> Ears:
    """Return who is told what webhooks say: the rooms above delivery."""
    return Ears(
        on_inbound=_answer_with(runtime),
        on_answered=mark_answered,
        on_preferences=_preferences_with(runtime),
        on_number_change=_number_change_with(runtime),
        on_failed=_failures_with(runtime),
    )


def _failures_with(runtime: Runtime) -> Callable[[list[FailedReport]], None]:
    def tell(reports: list[FailedReport]) -> None:
        if runtime.dispatcher:
            runtime.dispatcher.report_failures(reports)

    return tell


def _answer_with(runtime: Runtime) -> Callable[[Sequence[DeliveredText]], dict[str, str]]:
    def answer(messages: Sequence[DeliveredText]) -> dict[str, str]:
        own = [
            InboundText(one.wamid, one.mobile, choose_text(one.text, one.payload), one.sent_at)
            for one in messages
        ]
        return handle_messages(runtime.db, runtime.clock, runtime.refresh, own)

    return answer


def _preferences_with(runtime: Runtime) -> Callable[[list[Preference]], None]:
    def keep(preferences: list[Preference]) -> None:
        said = [(one.mobile, one.value, one.said_at) for one in preferences]
        now = runtime.clock()

        def change(cursor: Cursor) -> None:
            if record_preferences(cursor, said, now):
                note_marketing(cursor, [(mobile, value == "stop", at) for mobile, value, at in said])

        runtime.db.write(change, alters_pages=False)

    return keep


def _number_change_with(runtime: Runtime) -> Callable[[DeliveredChange], None]:
    def settle(change: DeliveredChange) -> None:
        own = NumberChange(change.wamid, change.old_mobile, change.new_mobile, change.said_at)
        handle_number_change(runtime.db, runtime.clock, own)

    return settle
