"""The small registry of the enrolment room serves here as well."""

from tests.enrolment.conftest import db, made_registry, registry

__all__ = ["db", "made_registry", "registry"]
