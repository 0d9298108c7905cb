"""Notices, their audiences, approval, outages and templates: what each function asks of a scope."""

from datetime import timedelta
from typing import Any

from dashboard.access.scope import Right
from dashboard.config import Settings
from dashboard.delivery import making
from dashboard.delivery.client import ManagementClient, TemplateStatus
from dashboard.notices import (
    approval,
    approval_rule_edit,
    approval_rules,
    audience,
    audience_preview,
    audience_store,
    checks,
    doubts,
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
from tests.access.world import ASHA, OWN, Entry
from tests.conftest import NOON
from tests.notices.written import REMINDER


class _NoTemplates(ManagementClient):
    """An account that knows no template and takes none."""

    def __init__(self) -> None:
        """Connects to nothing."""

    def ensure_templates(self, payloads: list[dict[str, Any]]) -> list[TemplateStatus]:
        return []


NO_TEMPLATES = _NoTemplates()
RULE = approval_rules.ApprovalRule(0, "outage", None, "state", None, ("circle",))
CALLS: list[Entry] = [
    (notices_history.list_sent_notices, Right.SEE_NUMBERS, lambda w, s: notices_history.list_sent_notices(w.db, s, ASHA)),
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
    (audience.require_office, Right.COMPOSE, lambda w, s: w.read(lambda c: audience.require_office(c, s, Right.COMPOSE, OWN))),
    (checks.warn_of, Right.COMPOSE, lambda w, s: checks.warn_of(w.db, s, w.clock, Settings(), w.draft, audience.AudienceCount(1, {}, 1))),
    (drafting.judge_draft, Right.COMPOSE, lambda w, s: drafting.judge_draft(w.db, s, w.draft)),
    (drafting.save_draft, Right.COMPOSE, lambda w, s: drafting.save_draft(w.db, s, w.clock, w.draft)),
    (drafting.delete_draft, Right.COMPOSE, lambda w, s: drafting.delete_draft(w.db, s, w.clock, 1)),
    (drafting.submit, Right.COMPOSE, lambda w, s: drafting.submit(w.db, s, w.clock, w.draft)),
    (drafting.is_large, Right.COMPOSE, lambda w, s: drafting.is_large(w.db, s, w.draft)),
    (audience.count_enrolled, Right.COMPOSE, lambda w, s: w.read(lambda c: audience.count_enrolled(c, s, w.draft))),
    (freezing.freeze_audience, Right.COMPOSE, lambda w, s: freezing.freeze_audience(w.db, s, w.draft, w.db.write(lambda c: making.reserve(c, NOON)), lambda share, step: None)),
    (freezing.choose_few, Right.COMPOSE, lambda w, s: w.read(lambda c: freezing.choose_few(c, s, w.draft))),
    (audience_preview.pick_example, Right.COMPOSE, lambda w, s: w.read(lambda c: audience_preview.pick_example(c, s, w.draft, 0))),
    (freezing.choose_recipients, Right.COMPOSE, lambda w, s: w.read(lambda c: freezing.choose_recipients(c, s, w.draft, lambda share: None, lambda share: None))),
    (drafting.test_send, Right.COMPOSE, lambda w, s: drafting.test_send(w.db, s, w.clock, w.draft)),
    (frozen.preview_message, Right.SEE_NUMBERS, lambda w, s: frozen.preview_message(w.db, s, 1, 0)),
    (approval_rule_edit.save_rule, Right.MANAGE_RULES, lambda w, s: approval_rule_edit.save_rule(w.db, s, w.clock, RULE, 1)),
    (approval_rule_edit.retire_rule, Right.MANAGE_RULES, lambda w, s: approval_rule_edit.retire_rule(w.db, s, w.clock, approval_rules.list_rules(w.db)[0])),
    (approval_rule_edit.preview_rule, Right.MANAGE_RULES, lambda w, s: approval_rule_edit.preview_rule(w.db, s, OWN, "outage", 5, False)),
    (approval_rule_edit.list_rule_events, Right.MANAGE_RULES, lambda w, s: approval_rule_edit.list_rule_events(w.db, s)),
    (approval.approve, Right.APPROVE, lambda w, s: approval.approve(w.db, s, w.clock, 1, "hash")),
    (approval.return_notice, Right.APPROVE, lambda w, s: approval.return_notice(w.db, s, w.clock, 1, "please mend")),
    (drafting.submit_on, Right.COMPOSE, lambda w, s: w.db.write(lambda c: drafting.submit_on(c, s, w.clock, w.draft, w.chosen))),
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
    (doubts.count_doubts, Right.SEND, lambda w, s: doubts.count_doubts(w.db, s, w.clock, 1, timedelta())),
    (doubts.find_doubt_bar, Right.SEND, lambda w, s: doubts.find_doubt_bar(w.db, s, w.clock, 1)),
    (doubts.settle_doubt, Right.SEND, lambda w, s: doubts.settle_doubt(w.db, s, w.clock, 1, True)),
    (notice.get_notice, Right.SEE_NOTICES, lambda w, s: notice.get_notice(w.db, s, 1)),
    (notice.read_notice, Right.SEE_NOTICES, lambda w, s: w.read(lambda c: notice.read_notice(c, s, Right.SEE_NOTICES, 1))),
    (report.report, Right.SEE_NOTICES, lambda w, s: report.report(w.db, s, 1)),
    (report.read_pace, Right.SEE_NOTICES, lambda w, s: report.read_pace(w.db, s, w.clock, 1)),
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
]  # fmt: skip

# These name no office: they need the right, and show what lies within the scope.
LISTS: list[Entry] = [
    (report.list_notices, Right.SEE_NOTICES, lambda w, s: report.list_notices(w.db, s)),
    (outage.list_outages, Right.SEE_NOTICES, lambda w, s: outage.list_outages(w.db, s, w.clock)),
    (outage.list_overdue, Right.SEND, lambda w, s: outage.list_overdue(w.db, s, lambda: NOON + timedelta(hours=2))),
    (outage.list_feeders, Right.COMPOSE, lambda w, s: outage.list_feeders(w.db, s)),
    (approval.list_waiting_for, Right.APPROVE, lambda w, s: approval.list_waiting_for(w.db, s)),
    (inbox.count_threads, Right.SEE_NUMBERS, lambda w, s: inbox.count_threads(w.db, s)),
    (inbox.list_threads, Right.SEE_NUMBERS, lambda w, s: inbox.list_threads(w.db, s, only_open=False, limit=10)),
    (repeats.list_repeats, Right.SEE_NOTICES, lambda w, s: repeats.list_repeats(w.db, s, w.clock)),
    (outage.count_feeders, Right.COMPOSE, lambda w, s: outage.count_feeders(w.db, s)),
    (standing.list_standing, Right.SEE_NOTICES, lambda w, s: standing.list_standing(w.db, s)),
    (standing.refresh_standing, Right.MANAGE_PLATFORM, lambda w, s: standing.refresh_standing(w.db, s, w.clock, NO_TEMPLATES)),
    (standing.require_manager, Right.MANAGE_PLATFORM, lambda w, s: standing.require_manager(s)),
    (template_store.begin_version, Right.MANAGE_PLATFORM, lambda w, s: template_store.begin_version(w.db, s, "bill_due")),
    (template_store.save_template, Right.MANAGE_PLATFORM, lambda w, s: template_store.save_template(w.db, s, w.clock, REMINDER)),
    (template_store.submit_template, Right.MANAGE_PLATFORM, lambda w, s: template_store.submit_template(w.db, s, w.clock, NO_TEMPLATES, REMINDER)),
    (template_store.retire_template, Right.MANAGE_PLATFORM, lambda w, s: template_store.retire_template(w.db, s, w.clock, "bill_due")),
    (template_store.list_library, Right.SEE_NOTICES, lambda w, s: template_store.list_library(w.db, s)),
    (template_store.list_usable, Right.SEE_NOTICES, lambda w, s: template_store.list_usable(w.db, s)),
    (standing.category_of, Right.SEE_NOTICES, lambda w, s: standing.category_of(w.db, s, "bill_due", "hi")),
    (standing.find_obstacle_of, Right.SEE_NOTICES, lambda w, s: standing.find_obstacle_of(w.db, s, "bill_due", "hi")),
    (standing.accept_price, Right.MANAGE_PLATFORM, lambda w, s: standing.accept_price(w.db, s, w.clock, "bill_due", "hi")),
    (audience_store.list_audiences, Right.COMPOSE, lambda w, s: audience_store.list_audiences(w.db, s)),
    (audience_store.list_account_lists, Right.COMPOSE, lambda w, s: audience_store.list_account_lists(w.db, s)),
]  # fmt: skip
