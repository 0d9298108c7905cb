"""The command line's words: every command, its arguments, its help."""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

from dashboard.access.scope import Role
from dashboard.registry.offices import LEVELS

Add = Callable[[str, str], argparse.ArgumentParser]


def build_parser() -> argparse.ArgumentParser:
    """Return the parser; every command has --help and --json."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser = argparse.ArgumentParser(
        prog="python -m dashboard", description="Upbhokta Setu: links electricity consumers to WhatsApp."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text, parents=[shared])

    add("run", "start application and sandbox; makes the demonstration where the data folder is empty")
    _add_data_commands(add)
    _add_notice_commands(add)
    _add_number_commands(commands, shared)
    _add_user_commands(commands, shared)
    return parser


def _add_data_commands(add: Add) -> None:
    command = add("demo", "write a made-up billing export")
    command.add_argument("--consumers", type=_positive, required=True, metavar="N")
    command.add_argument("--seed", type=int, default=7, metavar="S")
    command.add_argument("--out", type=Path, required=True, metavar="DIR")
    command = add("import", "import billing exports, all or none")
    command.add_argument("files", nargs="+", type=Path, metavar="FILE")
    command = add("consent", "import opt-ins collected elsewhere: account_no, mobile, given_at, how")
    command.add_argument("file", type=Path, metavar="FILE")
    command = add("phone", "judge phone numbers, or standard input a line each")
    command.add_argument("numbers", nargs="*", metavar="NUMBER")
    command = add("coverage", "the five states of an office, or of each office of a level")
    command.add_argument("--office", default="UP", metavar="CODE")
    command.add_argument("--by", choices=LEVELS, metavar="LEVEL", help=", ".join(LEVELS))
    command = add("brief", "write the two-page brief of an office (.pdf), or its tables (.xlsx)")
    command.add_argument("--office", default="UP", metavar="CODE")
    command.add_argument("--language", choices=("hi", "en", "both"), default="hi")
    command.add_argument("--out", type=Path, required=True, metavar="FILE.pdf/.xlsx")
    command = add("missing", "write the missing-number list of an office; the download is logged")
    command.add_argument("--office", required=True, metavar="CODE")
    command.add_argument("--out", type=Path, required=True, metavar="FILE.csv/.xlsx")
    command.add_argument("--user", required=True, metavar="U")
    command.add_argument("--reason", required=True, metavar="TEXT")
    command = add("backup", "write a consistent copy of the registry")
    command.add_argument("directory", type=Path, metavar="DIR")
    command = add("restore", "put a copy back; what stands now is kept beside it")
    command.add_argument("directory", type=Path, metavar="DIR")


def _add_notice_commands(add: Add) -> None:
    command = add("send", "compose, approve and send a notice, and wait for its end")
    command.add_argument("--template", required=True, metavar="T")
    command.add_argument("--language", choices=("hi", "en"), default="hi")
    command.add_argument("--office", required=True, metavar="CODE")
    command.add_argument("--by", required=True, metavar="U")
    command.add_argument(
        "--approved-by", required=True, metavar="V", help="one name; as many as steps, by commas: A,B"
    )
    command.add_argument("--set", action="append", default=[], metavar="name=value", dest="variables")
    add("resume", "finish what a crash or a stop cut off")
    add("templates", "submit the shipped notices to the WhatsApp account, for Meta to approve")
    command = add("replay", "apply stored webhooks once more; what is known already changes nothing")
    command.add_argument(
        "--from", type=date.fromisoformat, metavar="DATE", dest="from_day", help="2026-11-24"
    )
    command.add_argument(
        "--to", type=date.fromisoformat, metavar="DATE", dest="to_day", help="that day included"
    )
    add("odd", "what WhatsApp sent and was not understood, by kind and name")
    command = add("sandbox", "the local stand-in for Meta's API alone")
    command.add_argument("--port", type=_port, required=True, metavar="P")


def _add_number_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", shared: argparse.ArgumentParser
) -> None:
    number = commands.add_parser(
        "number", help="sending numbers", description="The WhatsApp numbers that messages go from."
    )
    actions = number.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", parents=[shared], help="every number, and why one is stopped")
    add = actions.add_parser("add", parents=[shared], help="the number of an office, normally of a discom")
    add.add_argument("phone_number_id", metavar="ID", help="Meta's id of the number")
    add.add_argument("--office", required=True, metavar="CODE")
    add.add_argument("--label", default="", metavar="TEXT")
    add.add_argument("--rate", type=_positive, default=80, metavar="N", help="messages a second")
    for action, text in (("stop", "send nothing more from a number"), ("go", "let a number send again")):
        actions.add_parser(action, parents=[shared], help=text).add_argument(
            "number", type=_positive, metavar="NO"
        )


def _add_user_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", shared: argparse.ArgumentParser
) -> None:
    user = commands.add_parser("user", help="accounts", description="Accounts of people who sign in.")
    actions = user.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser(
        "add", parents=[shared], help="add an account; the password comes from standard input"
    )
    add.add_argument("name")
    add.add_argument("--role", choices=[role.value for role in Role], required=True)
    add.add_argument("--office", required=True, metavar="CODE")
    add.add_argument("--full-name", default="", metavar="TEXT")
    add.add_argument("--mobile", default="", metavar="NUMBER", help="own number, for test sends")
    add.add_argument("--person", default="", metavar="STAFF_NO", help="staff number: whose account it is")
    person = actions.add_parser("person", parents=[shared], help="say whose account an account is")
    person.add_argument("name")
    person.add_argument("staff_no", metavar="STAFF_NO")
    for action, text in (
        ("disable", "sign a person out and keep them out"),
        ("password", "set a new password from standard input"),
    ):
        actions.add_parser(action, parents=[shared], help=text).add_argument("name")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _port(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 65_535:
        raise argparse.ArgumentTypeError("must be a port from 1 to 65535")
    return number
