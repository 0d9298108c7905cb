"""The command line: `python -m dashboard COMMAND`; exit 0 done, 1 refused or failed, 2 wrong usage."""

import argparse
import json
import logging
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from dashboard.commands.parser import build_parser
from dashboard.errors import SetuError, Unavailable
from dashboard.logs import keep_data_out
from dashboard.ui.catalogue import say_error

# Loaded when asked for: `phone` need not load what `run` needs.
_COMMANDS = {
    "run": "dashboard.commands.serve:run",
    "demo": "dashboard.commands.data:write_export",
    "import": "dashboard.commands.data:import_files",
    "consent": "dashboard.commands.data:import_optins",
    "phone": "dashboard.commands.data:judge_numbers",
    "coverage": "dashboard.commands.data:show_coverage",
    "brief": "dashboard.commands.briefs:write_brief",
    "missing": "dashboard.commands.data:write_missing",
    "backup": "dashboard.commands.data:back_up",
    "restore": "dashboard.commands.data:restore",
    "send": "dashboard.commands.sending:send",
    "resume": "dashboard.commands.sending:resume",
    "templates": "dashboard.commands.sending:submit_templates",
    "replay": "dashboard.commands.webhooks:replay_stored",
    "odd": "dashboard.commands.webhooks:show_odd",
    "sandbox": "dashboard.commands.serve:run_sandbox_alone",
    "number": "dashboard.commands.numbers:manage_numbers",
    "user": "dashboard.commands.people:manage_user",
}


def main(words: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = build_parser().parse_args(words)
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )
    keep_data_out()
    try:
        answer = _load(_COMMANDS[arguments.command])(arguments)
    except SetuError as error:
        print(say_error("en", error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 1
    except Exception as error:
        if not _is_disk_full(error):
            raise
        print(say_error("en", Unavailable("disk_no_room")), file=sys.stderr)
        return 1
    if answer is not None:
        _show(answer, arguments.json)
    return 0


def _load(place: str) -> Callable[[argparse.Namespace], Any]:
    module, name = place.split(":")
    return getattr(import_module(module), name)


def _is_disk_full(error: Exception) -> bool:
    from dashboard.store.disk import is_full  # loaded where it is asked for: it needs DuckDB

    return is_full(error)


def _show(answer: Any, as_json: bool) -> None:
    if as_json:
        print(json.dumps(answer, ensure_ascii=False, indent=2, default=str))
        return
    for row in answer if isinstance(answer, list) else [answer]:
        print("  ".join(f"{key}: {value}" for key, value in row.items()))


if __name__ == "__main__":
    sys.exit(main())
