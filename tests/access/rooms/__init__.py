"""Every public function that takes a scope, by room, with the right it needs and a call of it on the world."""

from tests.access.rooms import access, collection, coverage, delivery, enrolment, notices, registry

CALLS = [
    *access.CALLS,
    *collection.CALLS,
    *coverage.CALLS,
    *delivery.CALLS,
    *enrolment.CALLS,
    *notices.CALLS,
    *registry.CALLS,
]
LISTS = [*access.LISTS, *delivery.LISTS, *enrolment.LISTS, *notices.LISTS, *registry.LISTS]
FILES = [*enrolment.FILES, *registry.FILES]
