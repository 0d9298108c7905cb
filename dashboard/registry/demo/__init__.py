"""The demonstration: a made-up billing export of the whole state, never real people's records."""

from dashboard.registry.demo.export import write_demo
from dashboard.registry.demo.office_names_file import OFFICE_NAMES_FILE

__all__ = ["OFFICE_NAMES_FILE", "write_demo"]
