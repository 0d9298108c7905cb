"""Consents, cases, corrections and groups: what each function asks of a scope."""

from dashboard.access.scope import Right
from dashboard.coverage.cube import refresh_cube
from dashboard.enrolment import cases, consent_file, corrections, groups
from dashboard.enrolment import history as enrolment_history
from tests.access.world import ASHA, OWN, Entry

CALLS: list[Entry] = [
    (cases.list_cases, Right.SETTLE_CASES, lambda w, s: cases.list_cases(w.db, s, OWN)),
    (cases.settle_case, Right.SETTLE_CASES, lambda w, s: cases.settle_case(w.db, s, w.clock, refresh=refresh_cube, case_id=1, accept=True, comment="phoned")),
    (corrections.list_corrections, Right.SEE_NUMBERS, lambda w, s: corrections.list_corrections(w.db, s, ASHA)),
    (corrections.correct_number, Right.CORRECT, lambda w, s: corrections.correct_number(w.desk(s), ASHA, "9519912345", "phoned her")),
    (corrections.undo_number, Right.CORRECT, lambda w, s: corrections.undo_number(w.desk(s), ASHA)),
    (corrections.correct_text, Right.CORRECT, lambda w, s: corrections.correct_text(w.desk(s), ASHA, "name", "Asha Devi", "phoned her")),
    (corrections.undo_text, Right.CORRECT, lambda w, s: corrections.undo_text(w.desk(s), ASHA, "name")),
    (enrolment_history.list_consents, Right.SEE_NUMBERS, lambda w, s: enrolment_history.list_consents(w.db, s, ASHA)),
    (enrolment_history.list_account_cases, Right.SEE_NUMBERS, lambda w, s: enrolment_history.list_account_cases(w.db, s, ASHA)),
    (groups.add_group, Right.COMPOSE, lambda w, s: groups.add_group(w.db, s, w.clock, OWN, "Camp", "group")),
    (groups.close_group, Right.COMPOSE, lambda w, s: groups.close_group(w.db, s, w.clock, 1)),
    (groups.judge_members, Right.COMPOSE, lambda w, s: groups.judge_members(w.db, s, w.consents, 1)),
    (groups.keep_members, Right.COMPOSE, lambda w, s: groups.keep_members(w.db, s, w.clock, w.consents, 1)),
    (groups.require_group, Right.COMPOSE, lambda w, s: w.read(lambda c: groups.require_group(c, s, 1))),
]  # fmt: skip

# These name no office: they need the right, and show what lies within the scope.
LISTS: list[Entry] = [
    (groups.list_groups, Right.COMPOSE, lambda w, s: groups.list_groups(w.db, s)),
]  # fmt: skip

# These read a file that the person brings; rows of foreign offices are refused row by row (tests/enrolment).
FILES: list[Entry] = [
    (consent_file.read_consent_file, Right.IMPORT, lambda w, s: consent_file.read_consent_file(w.db, s, w.consents, w.clock)),
    (consent_file.import_consents, Right.IMPORT, lambda w, s: consent_file.import_consents(w.db, s, w.consents, w.clock, refresh=refresh_cube)),
]  # fmt: skip
