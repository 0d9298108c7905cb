"""Coverage: what each function asks of a scope."""

from datetime import date

from dashboard.access.scope import Right
from dashboard.coverage import brief, brief_shelf, figures, funnel, movement, targets
from tests.access.world import OWN, Entry
from tests.conftest import NOON

CALLS: list[Entry] = [
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
]  # fmt: skip
