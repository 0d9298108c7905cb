"""Every public function that takes a scope refuses the wrong role and the foreign office: hiding a button is courtesy.

The list below must name them all; a new function that takes a scope and is missing here fails the last test.
"""

import importlib
import inspect
import pkgutil
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import dashboard
from dashboard.access import audit, users
from dashboard.access.scope import RIGHTS, Right, Role, Scope
from dashboard.config import Settings
from dashboard.coverage import brief, brief_shelf, figures, funnel, movement, targets
from dashboard.coverage.cube import refresh_cube
from dashboard.delivery import making, number_desk, platform
from dashboard.delivery.client import ManagementClient, TemplateStatus
from dashboard.enrolment import cases, consent_file, corrections, groups
from dashboard.enrolment import history as enrolment_history
from dashboard.errors import Refused, SetuError
from dashboard.notices import (
    approval,
    approval_rule_edit,
    approval_rules,
    audience,
    audience_preview,
    audience_store,
    checks,
    drafting,
    follow_up,
    freezing,
    frozen,
    inbox,
    lifecycle,
    notice,
    outage,
    outage_course,
    outcome,
    recipients,
    repeats,
    report,
    resend,
    standing,
    template_store,
)
from dashboard.notices import history as notices_history
from dashboard.notices.draft import Audience, NoticeDraft
from dashboard.registry import (
    consumers,
    header_aliases,
    import_jobs,
    import_log,
    importer,
    missing,
    office_contact,
    office_edit,
    office_names,
    offices,
    preview,
    sequences,
)
from dashboard.registry.headers import shipped_headers
from dashboard.registry.sources import Upload
from dashboard.store.clock import Clock
from dashboard.store.database import open_database
from tests.access.world import ASHA, FOREIGN, OWN, PASSWORD, World, make_world
from tests.conftest import NOON, scope_of
from tests.notices.written import REMINDER

ROOMS = ("access", "coverage", "collection", "delivery", "enrolment", "notices", "registry")


@pytest.fixture(scope="session")
def made_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The registry of every test here, made once; each works on a copy."""
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture
def world(made_world: Path, clock: Clock, tmp_path: Path) -> Iterator[World]:
    shutil.copy(made_world, tmp_path / "setu.duckdb")
    db = open_database(tmp_path / "setu.duckdb", memory_limit="1GB", threads=2)
    yield World(db, clock, tmp_path)
    db.close()


class _NoTemplates(ManagementClient):
    """An account that knows no template and takes none."""

    def __init__(self) -> None:
        """Connects to nothing."""

    def ensure_templates(self, payloads: list[dict[str, Any]]) -> list[TemplateStatus]:
        return []


NO_TEMPLATES = _NoTemplates()
RULE = approval_rules.ApprovalRule(0, "outage", None, "state", None, ("circle",))
Call = Callable[[World, Scope], Any]
CALLS: list[tuple[Callable[..., Any], Right, Call]] = [
    (offices.get_office, Right.SEE_COVERAGE, lambda w, s: offices.get_office(w.db, s, OWN)),
    (offices.list_children, Right.SEE_COVERAGE, lambda w, s: offices.list_children(w.db, s, OWN)),
    (offices.list_path, Right.SEE_COVERAGE, lambda w, s: offices.list_path(w.db, s, OWN)),
    (offices.list_at_level, Right.SEE_COVERAGE, lambda w, s: offices.list_at_level(w.db, s, OWN, "feeder")),
    (figures.coverage_of, Right.SEE_COVERAGE, lambda w, s: figures.coverage_of(w.db, s, OWN)),
    (figures.find_widest_gaps, Right.SEE_COVERAGE, lambda w, s: figures.find_widest_gaps(w.db, s, OWN, "feeder", 3)),
    (figures.coverage_by, Right.SEE_COVERAGE, lambda w, s: figures.coverage_by(w.db, s, OWN, "feeder")),
    (figures.coverage_by_category, Right.SEE_COVERAGE, lambda w, s: figures.coverage_by_category(w.db, s, OWN)),
    (figures.trend, Right.SEE_COVERAGE, lambda w, s: figures.trend(w.db, s, OWN, w.clock)),
    (brief.make_brief, Right.SEE_COVERAGE, lambda w, s: brief.make_brief(w.db, s, OWN, w.clock)),
    (brief_shelf.find_ready, Right.SEE_COVERAGE, lambda w, s: brief_shelf.find_ready(w.db, s, w.folder / "briefs", OWN, "en")),
    (brief_shelf.make_ready, Right.SEE_COVERAGE, lambda w, s: brief_shelf.make_ready(w.db, s, w.folder / "briefs", OWN, "en", w.clock)),
    (figures.coverage_by_district, Right.SEE_COVERAGE, lambda w, s: figures.coverage_by_district(w.db, s, OWN)),
    (funnel.funnel_of, Right.SEE_COVERAGE, lambda w, s: funnel.funnel_of(w.db, s, OWN)),
    (funnel.coverage_by_part, Right.SEE_COVERAGE, lambda w, s: funnel.coverage_by_part(w.db, s, OWN, "supply")),
    (funnel.top_readers, Right.SEE_COVERAGE, lambda w, s: funnel.top_readers(w.db, s, OWN)),
    (movement.changes_of, Right.SEE_COVERAGE, lambda w, s: movement.changes_of(w.db, s, OWN, w.clock)),
    (movement.outlook_of, Right.SEE_COVERAGE, lambda w, s: movement.outlook_of(w.db, s, OWN, w.clock)),
    (movement.rank_by_level, Right.SEE_COVERAGE, lambda w, s: movement.rank_by_level(w.db, s, OWN, "feeder", w.clock)),
    (movement.coverage_by_on, Right.SEE_COVERAGE, lambda w, s: movement.coverage_by_on(w.db, s, OWN, "division", NOON.date())),
    (movement.compare_days, Right.SEE_COVERAGE, lambda w, s: movement.compare_days(w.db, s, OWN, "division", NOON.date(), NOON.date(), w.clock)),
    (targets.target_of, Right.SEE_COVERAGE, lambda w, s: targets.target_of(w.db, s, OWN)),
    (targets.set_target, Right.IMPORT, lambda w, s: targets.set_target(w.db, s, w.clock, OWN, 0.8, date(2027, 3, 31))),
    (missing.count_missing, Right.SEE_NUMBERS, lambda w, s: missing.count_missing(w.db, s, OWN)),
    (missing.list_missing_feeders, Right.SEE_NUMBERS, lambda w, s: missing.list_missing_feeders(w.db, s, OWN)),
    (missing.list_missing_books, Right.SEE_NUMBERS, lambda w, s: missing.list_missing_books(w.db, s, OWN)),
    (missing.list_missing, Right.SEE_NUMBERS, lambda w, s: missing.list_missing(w.db, s, OWN, 10)),
    (missing.export_missing, Right.SEE_NUMBERS, lambda w, s: missing.export_missing(w.db, s, OWN, w.folder / "m.csv", "visits", w.clock)),
    (sequences.count_sequences, Right.SEE_NUMBERS, lambda w, s: sequences.count_sequences(w.db, s, OWN)),
    (sequences.export_sequences, Right.SEE_NUMBERS, lambda w, s: sequences.export_sequences(w.db, s, OWN, w.folder / "s.csv", "visits", w.clock)),
    (cases.list_cases, Right.SETTLE_CASES, lambda w, s: cases.list_cases(w.db, s, OWN)),
    (cases.settle_case, Right.SETTLE_CASES, lambda w, s: cases.settle_case(w.db, s, w.clock, refresh=refresh_cube, case_id=1, accept=True, comment="phoned")),
    (consumers.find_consumers, Right.SEE_NUMBERS, lambda w, s: consumers.find_consumers(w.db, s, OWN, "asha")),
    (consumers.require_consumer, Right.SEE_NUMBERS, lambda w, s: w.read(lambda c: consumers.require_consumer(c, s, Right.SEE_NUMBERS, ASHA))),
    (consumers.get_consumer, Right.SEE_NUMBERS, lambda w, s: consumers.get_consumer(w.db, s, ASHA)),
    (consumers.list_number_events, Right.SEE_NUMBERS, lambda w, s: consumers.list_number_events(w.db, s, ASHA)),
    (consumers.list_originals, Right.SEE_NUMBERS, lambda w, s: consumers.list_originals(w.db, s, ASHA)),
    (consumers.open_number, Right.SEE_NUMBERS, lambda w, s: consumers.open_number(w.db, s, w.clock, ASHA)),
    (corrections.list_corrections, Right.SEE_NUMBERS, lambda w, s: corrections.list_corrections(w.db, s, ASHA)),
    (corrections.correct_number, Right.CORRECT, lambda w, s: corrections.correct_number(w.desk(s), ASHA, "9519912345", "phoned her")),
    (corrections.undo_number, Right.CORRECT, lambda w, s: corrections.undo_number(w.desk(s), ASHA)),
    (corrections.correct_text, Right.CORRECT, lambda w, s: corrections.correct_text(w.desk(s), ASHA, "name", "Asha Devi", "phoned her")),
    (corrections.undo_text, Right.CORRECT, lambda w, s: corrections.undo_text(w.desk(s), ASHA, "name")),
    (enrolment_history.list_consents, Right.SEE_NUMBERS, lambda w, s: enrolment_history.list_consents(w.db, s, ASHA)),
    (enrolment_history.list_account_cases, Right.SEE_NUMBERS, lambda w, s: enrolment_history.list_account_cases(w.db, s, ASHA)),
    (notices_history.list_sent_notices, Right.SEE_NUMBERS, lambda w, s: notices_history.list_sent_notices(w.db, s, ASHA)),
    (importer.import_exports, Right.IMPORT, lambda w, s: importer.import_exports(w.db, s, [Upload(w.export, "x.csv")], clock=w.clock, shared_threshold=6, refresh=refresh_cube)),
    (office_names.import_office_names, Right.IMPORT, lambda w, s: office_names.import_office_names(w.db, s, w.names, w.clock)),
    (office_edit.list_offices, Right.MANAGE_OFFICES, lambda w, s: office_edit.list_offices(w.db, s, OWN)),
    (office_edit.list_unplaced, Right.MANAGE_OFFICES, lambda w, s: office_edit.list_unplaced(w.db, s, OWN)),
    (office_edit.list_former_offices, Right.MANAGE_OFFICES, lambda w, s: office_edit.list_former_offices(w.db, s, OWN)),
    (office_edit.list_merge_targets, Right.MANAGE_OFFICES, lambda w, s: office_edit.list_merge_targets(w.db, s, OWN)),
    (office_edit.name_office, Right.MANAGE_OFFICES, lambda w, s: office_edit.name_office(w.db, s, w.clock, OWN, "खंड एक")),
    (office_edit.list_aliases, Right.MANAGE_OFFICES, lambda w, s: office_edit.list_aliases(w.db, s, OWN)),
    (office_edit.list_same_code, Right.MANAGE_OFFICES, lambda w, s: office_edit.list_same_code(w.db, s, OWN)),
    (office_edit.remove_alias, Right.MANAGE_OFFICES, lambda w, s: office_edit.remove_alias(w.db, s, w.clock, OWN, "MVVNL", "ONE")),
    (office_edit.merge_office, Right.MANAGE_OFFICES, lambda w, s: office_edit.merge_office(w.db, s, w.clock, OWN, FOREIGN, refresh_cube)),
    (office_contact.phone_of, Right.MANAGE_OFFICES, lambda w, s: office_contact.phone_of(w.db, s, OWN)),
    (office_contact.set_phone, Right.MANAGE_OFFICES, lambda w, s: office_contact.set_phone(w.db, s, w.clock, OWN, "1912")),
    (users.add_user, Right.MANAGE_USERS, lambda w, s: users.add_user(w.db, w.clock, username="babu", full_name="B", role=Role.VIEWER, office_code=OWN, password=PASSWORD, by=s)),
    (users.disable_user, Right.MANAGE_USERS, lambda w, s: users.disable_user(w.db, w.clock, username="asha", by=s)),
    (users.set_staff_no, Right.MANAGE_USERS, lambda w, s: users.set_staff_no(w.db, w.clock, username="asha", staff_no="EE-4711", by=s)),
    (users.change_password, Right.MANAGE_USERS, lambda w, s: users.change_password(w.db, w.clock, username="asha", password=PASSWORD, by=s)),
    (groups.add_group, Right.COMPOSE, lambda w, s: groups.add_group(w.db, s, w.clock, OWN, "Camp", "group")),
    (groups.close_group, Right.COMPOSE, lambda w, s: groups.close_group(w.db, s, w.clock, 1)),
    (groups.judge_members, Right.COMPOSE, lambda w, s: groups.judge_members(w.db, s, w.consents, 1)),
    (groups.keep_members, Right.COMPOSE, lambda w, s: groups.keep_members(w.db, s, w.clock, w.consents, 1)),
    (groups.require_group, Right.COMPOSE, lambda w, s: w.read(lambda c: groups.require_group(c, s, 1))),
    (audience.count_audience, Right.COMPOSE, lambda w, s: audience.count_audience(w.db, s, "planned_shutdown", "en", Audience(OWN))),
    (audience_preview.preview_recipient, Right.COMPOSE, lambda w, s: audience_preview.preview_recipient(w.db, s, w.draft, 0)),
    (audience_preview.preview_account, Right.COMPOSE, lambda w, s: audience_preview.preview_account(w.db, s, w.draft, ASHA)),
    (audience_preview.list_holes, Right.COMPOSE, lambda w, s: audience_preview.list_holes(w.db, s, w.draft)),
    (audience.count_live, Right.COMPOSE, lambda w, s: w.read(lambda c: audience.count_live(c, s, w.draft))),
    (audience.ask_audience, Right.COMPOSE, lambda w, s: w.read(lambda c: audience.ask_audience(c, s, w.draft))),
    (audience_store.save_audience, Right.COMPOSE, lambda w, s: audience_store.save_audience(w.db, s, w.clock, "ours", Audience(OWN))),
    (audience_store.delete_audience, Right.COMPOSE, lambda w, s: audience_store.delete_audience(w.db, s, w.clock, 1)),
    (audience_store.judge_account_list, Right.COMPOSE, lambda w, s: audience_store.judge_account_list(w.db, s, w.consents, OWN)),
    (audience_store.keep_account_list, Right.COMPOSE, lambda w, s: audience_store.keep_account_list(w.db, s, w.clock, w.consents, OWN)),
    (audience.count_members, Right.COMPOSE, lambda w, s: w.read(lambda c: audience.count_members(c, s, w.draft))),
    (audience.pick_member, Right.COMPOSE, lambda w, s: w.read(lambda c: audience.pick_member(c, s, w.draft, 0))),
    (audience.stage_members, Right.COMPOSE, lambda w, s: w.db.write(lambda c: audience.stage_members(c, s, w.draft))),
    (audience.require_office, Right.COMPOSE, lambda w, s: w.read(lambda c: audience.require_office(c, s, Right.COMPOSE, OWN))),
    (checks.warn_of, Right.COMPOSE, lambda w, s: checks.warn_of(w.db, s, w.clock, Settings(), w.draft, audience.AudienceCount(1, {}, 1))),
    (drafting.judge_draft, Right.COMPOSE, lambda w, s: drafting.judge_draft(w.db, s, w.draft)),
    (drafting.save_draft, Right.COMPOSE, lambda w, s: drafting.save_draft(w.db, s, w.clock, w.draft)),
    (drafting.delete_draft, Right.COMPOSE, lambda w, s: drafting.delete_draft(w.db, s, w.clock, 1)),
    (drafting.submit, Right.COMPOSE, lambda w, s: drafting.submit(w.db, s, w.clock, w.draft)),
    (drafting.is_large, Right.COMPOSE, lambda w, s: drafting.is_large(w.db, s, w.draft)),
    (audience.count_enrolled, Right.COMPOSE, lambda w, s: w.read(lambda c: audience.count_enrolled(c, s, w.draft))),
    (freezing.freeze_audience, Right.COMPOSE, lambda w, s: freezing.freeze_audience(w.db, s, w.draft, w.db.write(lambda c: making.reserve(c, NOON)), lambda share, step: None)),
    (freezing.choose_recipients, Right.COMPOSE, lambda w, s: w.read(lambda c: freezing.choose_recipients(c, s, w.draft, lambda share: None, lambda share: None))),
    (drafting.test_send, Right.COMPOSE, lambda w, s: drafting.test_send(w.db, s, w.clock, w.draft)),
    (frozen.preview_message, Right.SEE_NUMBERS, lambda w, s: frozen.preview_message(w.db, s, 1, 0)),
    (approval_rule_edit.save_rule, Right.MANAGE_RULES, lambda w, s: approval_rule_edit.save_rule(w.db, s, w.clock, RULE, 1)),
    (approval_rule_edit.retire_rule, Right.MANAGE_RULES, lambda w, s: approval_rule_edit.retire_rule(w.db, s, w.clock, approval_rules.list_rules(w.db)[0])),
    (approval_rule_edit.preview_rule, Right.MANAGE_RULES, lambda w, s: approval_rule_edit.preview_rule(w.db, s, OWN, "outage", 5, False)),
    (approval_rule_edit.list_rule_events, Right.MANAGE_RULES, lambda w, s: approval_rule_edit.list_rule_events(w.db, s)),
    (approval.approve, Right.APPROVE, lambda w, s: approval.approve(w.db, s, w.clock, 1, "hash")),
    (approval.return_notice, Right.APPROVE, lambda w, s: approval.return_notice(w.db, s, w.clock, 1, "please mend")),
    (drafting.submit_on, Right.COMPOSE, lambda w, s: w.db.write(lambda c: drafting.submit_on(c, s, w.clock, w.draft))),
    (lifecycle.start_on, Right.SEND, lambda w, s: w.db.write(lambda c: lifecycle.start_on(c, s, w.clock, 1))),
    (follow_up.write_follow_up, Right.COMPOSE, lambda w, s: w.db.write(lambda c: follow_up.write_follow_up(c, s, NOON, notice.read_any_notice(c, 1), follow_up.FollowUp("restored", "supply_restored", {}), w.stage_nobody))),
    (outage.require_feeder, Right.SEND, lambda w, s: w.read(lambda c: outage.require_feeder(c, s, OWN))),
    (outage.preview_outage, Right.SEND, lambda w, s: outage.preview_outage(w.db, s, w.clock, w.order)),
    (outage.read_outage, Right.SEND, lambda w, s: w.read(lambda c: outage.read_outage(c, s, 1))),
    (outage_course.open_outage, Right.SEND, lambda w, s: outage_course.open_outage(w.db, s, w.clock, w.order)),
    (outage_course.extend_outage, Right.SEND, lambda w, s: outage_course.extend_outage(w.db, s, w.clock, 1, NOON + timedelta(hours=1), tell=False)),
    (outage_course.restore_outage, Right.SEND, lambda w, s: outage_course.restore_outage(w.db, s, w.clock, 1, NOON)),
    (lifecycle.start, Right.SEND, lambda w, s: lifecycle.start(w.db, s, w.clock, 1)),
    (lifecycle.pause, Right.SEND, lambda w, s: lifecycle.pause(w.db, s, w.clock, 1)),
    (lifecycle.go_on, Right.SEND, lambda w, s: lifecycle.go_on(w.db, s, w.clock, 1)),
    (lifecycle.cancel, Right.SEND, lambda w, s: lifecycle.cancel(w.db, s, w.clock, 1)),
    (lifecycle.count_doubts, Right.SEND, lambda w, s: lifecycle.count_doubts(w.db, s, w.clock, 1, timedelta())),
    (lifecycle.find_doubt_bar, Right.SEND, lambda w, s: lifecycle.find_doubt_bar(w.db, s, w.clock, 1)),
    (lifecycle.settle_doubt, Right.SEND, lambda w, s: lifecycle.settle_doubt(w.db, s, w.clock, 1, True)),
    (notice.get_notice, Right.SEE_NOTICES, lambda w, s: notice.get_notice(w.db, s, 1)),
    (notice.read_notice, Right.SEE_NOTICES, lambda w, s: w.read(lambda c: notice.read_notice(c, s, Right.SEE_NOTICES, 1))),
    (report.report, Right.SEE_NOTICES, lambda w, s: report.report(w.db, s, 1)),
    (repeats.create_repeat, Right.SEND, lambda w, s: repeats.create_repeat(w.db, s, w.clock, NoticeDraft("fraud_warning", "en", {}, Audience(OWN)), 5, 600)),
    (repeats.end_repeat, Right.SEND, lambda w, s: repeats.end_repeat(w.db, s, w.clock, 1)),
    (inbox.read_thread, Right.SEE_NUMBERS, lambda w, s: inbox.read_thread(w.db, s, 9519912345)),
    (inbox.answer_thread, Right.SEND, lambda w, s: inbox.answer_thread(w.db, s, w.clock, w.thread, "hello")),
    (inbox.close_thread, Right.SEND, lambda w, s: inbox.close_thread(w.db, s, w.clock, w.thread)),
    (recipients.list_recipients, Right.SEE_NUMBERS, lambda w, s: recipients.list_recipients(w.db, s, 1, "failed", 10)),
    (recipients.export_recipients, Right.SEE_NUMBERS, lambda w, s: recipients.export_recipients(w.db, s, w.clock, 1, "failed", w.folder / "r.csv", "calling")),
    (resend.count_refused, Right.SEND, lambda w, s: resend.count_refused(w.db, s, w.clock, 1)),
    (resend.list_leave, Right.SEND, lambda w, s: resend.list_leave(w.db, s, w.clock, 1, 5)),
    (resend.find_resend, Right.SEE_NOTICES, lambda w, s: resend.find_resend(w.db, s, 1)),
    (resend.resend_refused, Right.SEND, lambda w, s: resend.resend_refused(w.db, s, w.clock, 1)),
    (outcome.bill_of, Right.SEE_NOTICES, lambda w, s: outcome.bill_of(w.db, s, Settings(), 1)),
    (outcome.list_earlier, Right.SEE_NOTICES, lambda w, s: outcome.list_earlier(w.db, s, 1)),
    (outcome.list_replies, Right.SEE_NUMBERS, lambda w, s: outcome.list_replies(w.db, s, 1)),
    (report.list_failures, Right.SEE_NUMBERS, lambda w, s: report.list_failures(w.db, s, 1)),
    (platform.dismiss, Right.MANAGE_PLATFORM, lambda w, s: platform.dismiss(w.db, s, w.clock, 1)),
    (number_desk.let_go, Right.MANAGE_PLATFORM, lambda w, s: number_desk.let_go(w.db, s, w.clock, 2)),
    (number_desk.stop, Right.MANAGE_PLATFORM, lambda w, s: number_desk.stop(w.db, s, w.clock, 2)),
    (report.export_failures, Right.SEE_NUMBERS, lambda w, s: report.export_failures(w.db, s, w.clock, 1, w.folder / "f.csv", "report")),
]  # fmt: skip

# These name no office: they need the right, and show what lies within the scope.
LISTS: list[tuple[Callable[..., Any], Right, Call]] = [
    (audit.list_audit, Right.SEE_AUDIT, lambda w, s: audit.list_audit(w.db, s)),
    (users.list_users, Right.MANAGE_USERS, lambda w, s: users.list_users(w.db, s)),
    (report.list_notices, Right.SEE_NOTICES, lambda w, s: report.list_notices(w.db, s)),
    (number_desk.list_desk, Right.MANAGE_PLATFORM, lambda w, s: number_desk.list_desk(w.db, s, w.clock)),
    (outage.list_outages, Right.SEE_NOTICES, lambda w, s: outage.list_outages(w.db, s, w.clock)),
    (
        outage.list_overdue,
        Right.SEND,
        lambda w, s: outage.list_overdue(w.db, s, lambda: NOON + timedelta(hours=2)),
    ),
    (outage.list_feeders, Right.COMPOSE, lambda w, s: outage.list_feeders(w.db, s)),
    (approval.list_waiting_for, Right.APPROVE, lambda w, s: approval.list_waiting_for(w.db, s)),
    (
        import_jobs.list_refused_files,
        Right.IMPORT,
        lambda w, s: import_jobs.list_refused_files(w.export.parent, s),
    ),
    (inbox.count_threads, Right.SEE_NUMBERS, lambda w, s: inbox.count_threads(w.db, s)),
    (
        inbox.list_threads,
        Right.SEE_NUMBERS,
        lambda w, s: inbox.list_threads(w.db, s, only_open=False, limit=10),
    ),
    (repeats.list_repeats, Right.SEE_NOTICES, lambda w, s: repeats.list_repeats(w.db, s, w.clock)),
    (outage.count_feeders, Right.COMPOSE, lambda w, s: outage.count_feeders(w.db, s)),
    (platform.list_open, Right.SEE_NOTICES, lambda w, s: platform.list_open(w.db, s)),
    (import_log.list_imports, Right.IMPORT, lambda w, s: import_log.list_imports(w.db, s)),
    (import_log.list_rejected, Right.IMPORT, lambda w, s: import_log.list_rejected(w.db, s, 1)),
    (standing.list_standing, Right.SEE_NOTICES, lambda w, s: standing.list_standing(w.db, s)),
    (
        standing.refresh_standing,
        Right.MANAGE_PLATFORM,
        lambda w, s: standing.refresh_standing(w.db, s, w.clock, NO_TEMPLATES),
    ),
    (standing.require_manager, Right.MANAGE_PLATFORM, lambda w, s: standing.require_manager(s)),
    (
        template_store.begin_version,
        Right.MANAGE_PLATFORM,
        lambda w, s: template_store.begin_version(w.db, s, "bill_due"),
    ),
    (
        template_store.save_template,
        Right.MANAGE_PLATFORM,
        lambda w, s: template_store.save_template(w.db, s, w.clock, REMINDER),
    ),
    (
        template_store.submit_template,
        Right.MANAGE_PLATFORM,
        lambda w, s: template_store.submit_template(w.db, s, w.clock, NO_TEMPLATES, REMINDER),
    ),
    (
        template_store.retire_template,
        Right.MANAGE_PLATFORM,
        lambda w, s: template_store.retire_template(w.db, s, w.clock, "bill_due"),
    ),
    (template_store.list_library, Right.SEE_NOTICES, lambda w, s: template_store.list_library(w.db, s)),
    (template_store.list_usable, Right.SEE_NOTICES, lambda w, s: template_store.list_usable(w.db, s)),
    (standing.category_of, Right.SEE_NOTICES, lambda w, s: standing.category_of(w.db, s, "bill_due", "hi")),
    (
        standing.find_obstacle_of,
        Right.SEE_NOTICES,
        lambda w, s: standing.find_obstacle_of(w.db, s, "bill_due", "hi"),
    ),
    (
        standing.accept_price,
        Right.MANAGE_PLATFORM,
        lambda w, s: standing.accept_price(w.db, s, w.clock, "bill_due", "hi"),
    ),
    (groups.list_groups, Right.COMPOSE, lambda w, s: groups.list_groups(w.db, s)),
    (audience_store.list_audiences, Right.COMPOSE, lambda w, s: audience_store.list_audiences(w.db, s)),
    (
        audience_store.list_account_lists,
        Right.COMPOSE,
        lambda w, s: audience_store.list_account_lists(w.db, s),
    ),
]

# These read a file that the person brings; rows of foreign offices are refused row by row (tests/enrolment).
FILES: list[tuple[Callable[..., Any], Right, Call]] = [
    (preview.preview_export, Right.IMPORT, lambda w, s: preview.preview_export(s, Upload(w.export, "x.csv"), shipped_headers("export"))),
    (header_aliases.list_header_aliases, Right.IMPORT, lambda w, s: header_aliases.list_header_aliases(w.db, s)),
    (header_aliases.add_header_alias, Right.IMPORT, lambda w, s: header_aliases.add_header_alias(w.db, s, w.clock, "UPBHOKTA", "name")),
    (header_aliases.remove_header_alias, Right.IMPORT, lambda w, s: header_aliases.remove_header_alias(w.db, s, w.clock, "UPBHOKTA")),
    (consent_file.read_consent_file, Right.IMPORT, lambda w, s: consent_file.read_consent_file(w.db, s, w.consents, w.clock)),
    (consent_file.import_consents, Right.IMPORT, lambda w, s: consent_file.import_consents(w.db, s, w.consents, w.clock, refresh=refresh_cube)),
]  # fmt: skip

EXEMPT = {
    "may_approve": "tells of a notice that was read within the scope",
    "may_be_given_by": "the same, of one step",
    "list_actions": "says which buttons to offer for a notice that was read within the scope",
    "require_rules": "the refusal itself, tried through the rules",
    "require_whole_state": "the refusal itself, tried through the imports",
    "keep_account": "writes down an import that was let in",
    "may_dismiss": "says whether to offer that news is noted; `dismiss` asks again",
    "may_manage": "says whether to offer the account's buttons; the functions ask again",
}


def _name(value: object) -> str | None:
    return value.__name__ if inspect.isfunction(value) and value.__name__ != "<lambda>" else None


def _role(right: Right, has: bool) -> Role | None:
    return next((role for role in RIGHTS if (right in RIGHTS[role]) == has), None)


@pytest.mark.parametrize(("function", "right", "call"), CALLS, ids=_name)
def test_a_foreign_office_is_refused(world: World, function: object, right: Right, call: Call) -> None:
    role = _role(right, True)
    assert role is not None
    before = world.rows()
    with pytest.raises(Refused) as refusal:
        call(world, scope_of(world.db, role, FOREIGN, "stranger"))
    assert refusal.value.code in (
        "office",
        "notice",
        "consumer",
        "outage",
        "thread",
        "repeat",
        "group",
        "number",
    )  # a foreign notice is refused as one that is not there
    assert world.rows() == before


NEEDING = [entry for entry in CALLS + LISTS + FILES if _role(entry[1], False)]


@pytest.mark.parametrize(("function", "right", "call"), NEEDING, ids=_name)
def test_a_role_without_the_right_is_refused(
    world: World, function: object, right: Right, call: Call
) -> None:
    role = _role(right, False)
    assert role is not None
    before = world.rows()
    with pytest.raises(Refused) as refusal:
        call(world, scope_of(world.db, role, "UP", "boss"))
    assert refusal.value.code == "right"
    assert world.rows() == before


@pytest.mark.parametrize(("function", "right", "call"), CALLS + LISTS + FILES, ids=_name)
def test_the_right_role_in_the_right_office_is_not_refused(
    world: World, function: object, right: Right, call: Call
) -> None:
    """So that the refusals above are for the office and the role, not for anything."""
    role = _role(right, True)
    assert role is not None
    try:
        call(world, scope_of(world.db, role, "UP", "boss" if right is Right.APPROVE else "author"))
    except SetuError as error:
        assert error.code not in ("right", "office", "signed_out")  # the notice's own rules may still say no


@pytest.mark.parametrize(
    "place", range(6), ids=["audit", "users", "notices", "numbers", "outages", "overdue"]
)
def test_a_list_shows_only_its_own_offices(world: World, place: int) -> None:
    _, right, call = LISTS[place]
    role = _role(right, True)
    assert role is not None
    assert len(call(world, scope_of(world.db, role, "UP"))) > 0
    assert len(call(world, scope_of(world.db, role, FOREIGN))) == 0


def _functions_with_scope() -> set[Callable[..., Any]]:
    found: set[Callable[..., Any]] = set()
    for room in ROOMS:
        for module in pkgutil.walk_packages(dashboard.__path__, "dashboard."):
            if not module.name.startswith(f"dashboard.{room}.") or module.name.endswith("__main__"):
                continue
            loaded = importlib.import_module(module.name)
            found |= {one for one in vars(loaded).values() if _takes_scope(one, module.name)}
    return found


def _takes_scope(one: object, module_name: str) -> bool:
    if not inspect.isfunction(one) or one.__module__ != module_name or one.__name__.startswith("_"):
        return False
    return any(
        name in str(parameter.annotation)
        for name in ("Scope", "Desk")  # a desk holds the scope of the person at it
        for parameter in inspect.signature(one).parameters.values()
    )


def test_every_function_that_takes_a_scope_is_in_the_list() -> None:
    listed = {function for function, _, _ in CALLS + LISTS + FILES}
    assert {one.__qualname__ for one in _functions_with_scope() - listed} - set(EXEMPT) == set()
