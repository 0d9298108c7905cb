"""Offices, consumers, imports and lists on paper: what each function asks of a scope."""

from dashboard.access.scope import Right
from dashboard.coverage.cube import refresh_cube
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
from tests.access.world import ASHA, FOREIGN, OWN, Entry

CALLS: list[Entry] = [
    (offices.get_office, Right.SEE_COVERAGE, lambda w, s: offices.get_office(w.db, s, OWN)),
    (offices.list_children, Right.SEE_COVERAGE, lambda w, s: offices.list_children(w.db, s, OWN)),
    (offices.list_path, Right.SEE_COVERAGE, lambda w, s: offices.list_path(w.db, s, OWN)),
    (offices.list_at_level, Right.SEE_COVERAGE, lambda w, s: offices.list_at_level(w.db, s, OWN, "feeder")),
    (missing.count_missing, Right.SEE_NUMBERS, lambda w, s: missing.count_missing(w.db, s, OWN)),
    (missing.list_missing_feeders, Right.SEE_NUMBERS, lambda w, s: missing.list_missing_feeders(w.db, s, OWN)),
    (missing.list_missing_books, Right.SEE_NUMBERS, lambda w, s: missing.list_missing_books(w.db, s, OWN)),
    (missing.list_missing, Right.SEE_NUMBERS, lambda w, s: missing.list_missing(w.db, s, OWN, 10)),
    (missing.export_missing, Right.SEE_NUMBERS, lambda w, s: missing.export_missing(w.db, s, OWN, w.folder / "m.csv", "visits", w.clock)),
    (sequences.count_sequences, Right.SEE_NUMBERS, lambda w, s: sequences.count_sequences(w.db, s, OWN)),
    (sequences.export_sequences, Right.SEE_NUMBERS, lambda w, s: sequences.export_sequences(w.db, s, OWN, w.folder / "s.csv", "visits", w.clock)),
    (consumers.find_consumers, Right.SEE_NUMBERS, lambda w, s: consumers.find_consumers(w.db, s, OWN, "asha")),
    (consumers.require_consumer, Right.SEE_NUMBERS, lambda w, s: w.read(lambda c: consumers.require_consumer(c, s, Right.SEE_NUMBERS, ASHA))),
    (consumers.get_consumer, Right.SEE_NUMBERS, lambda w, s: consumers.get_consumer(w.db, s, ASHA)),
    (consumers.list_number_events, Right.SEE_NUMBERS, lambda w, s: consumers.list_number_events(w.db, s, ASHA)),
    (consumers.list_originals, Right.SEE_NUMBERS, lambda w, s: consumers.list_originals(w.db, s, ASHA)),
    (consumers.open_number, Right.SEE_NUMBERS, lambda w, s: consumers.open_number(w.db, s, w.clock, ASHA)),
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
]  # fmt: skip

# These name no office: they need the right, and show what lies within the scope.
LISTS: list[Entry] = [
    (import_jobs.list_refused_files, Right.IMPORT, lambda w, s: import_jobs.list_refused_files(w.export.parent, s)),
    (import_log.list_imports, Right.IMPORT, lambda w, s: import_log.list_imports(w.db, s)),
    (import_log.list_rejected, Right.IMPORT, lambda w, s: import_log.list_rejected(w.db, s, 1)),
]  # fmt: skip

# These read a file that the person brings; rows of foreign offices are refused row by row (tests/enrolment).
FILES: list[Entry] = [
    (preview.preview_export, Right.IMPORT, lambda w, s: preview.preview_export(s, Upload(w.export, "x.csv"), shipped_headers("export"))),
    (header_aliases.list_header_aliases, Right.IMPORT, lambda w, s: header_aliases.list_header_aliases(w.db, s)),
    (header_aliases.add_header_alias, Right.IMPORT, lambda w, s: header_aliases.add_header_alias(w.db, s, w.clock, "UPBHOKTA", "name")),
    (header_aliases.remove_header_alias, Right.IMPORT, lambda w, s: header_aliases.remove_header_alias(w.db, s, w.clock, "UPBHOKTA")),
]  # fmt: skip
