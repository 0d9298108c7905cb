"""The documents say what the code does: settings, commands and files are compared."""

import re
import shlex
from pathlib import Path

from dashboard.commands.parser import build_parser
from dashboard.config import PROJECT_DIR, Settings
from dashboard.health import Health

DOCS = PROJECT_DIR / "docs"


def settings_table() -> str:
    """The table of docs/settings.md as the code has it."""
    rows = ["| setting | type | default | what |", "|---|---|---|---|"]
    for name, field in Settings.model_fields.items():
        kind = getattr(field.annotation, "__name__", str(field.annotation))
        default = "data/local" if name == "data_dir" else field.default
        rows.append(
            f"| `SETU_{name.upper()}` | {kind} | {default if default != '' else '(empty)'} | {field.description} |"
        )
    return "\n".join(rows)


def test_every_setting_stands_in_the_document_as_it_is() -> None:
    assert settings_table() in (DOCS / "settings.md").read_text(encoding="utf-8")


def test_settings_named_in_the_documents_exist() -> None:
    named = set(
        re.findall(
            r"SETU_([A-Z_]+)",
            (PROJECT_DIR / "README.md").read_text(encoding="utf-8")
            + (DOCS / "operations.md").read_text(encoding="utf-8"),
        )
    )
    assert named
    assert named <= {name.upper() for name in Settings.model_fields}


def test_commands_named_in_the_documents_exist() -> None:
    known = set(next(action.choices for action in build_parser()._actions if action.dest == "command") or [])
    text = "\n".join(
        path.read_text(encoding="utf-8") for path in [PROJECT_DIR / "README.md", *DOCS.glob("*.md")]
    )
    named = set(re.findall(r"python -m dashboard ([a-z]+)", text))
    assert named
    assert named <= known


def test_files_named_in_the_readme_exist() -> None:
    text = (PROJECT_DIR / "README.md").read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("http")]
    assert links
    assert [link for link in links if not Path(PROJECT_DIR / link).exists()] == []


def test_what_the_operators_page_says_of_health_exists() -> None:
    text = (DOCS / "operations.md").read_text(encoding="utf-8")
    day = text.split("## Every day")[1].split("##")[0]
    named = {word for word in re.findall(r"`([a-z_]+)`", day) if "_" in word and not word.startswith("setu_")}
    assert named
    assert named <= set(Health.__dataclass_fields__)
    metrics = set(re.findall(r"`(setu_[a-z_]+)`", text))
    assert metrics
    assert metrics <= set(
        re.findall(r"\"(setu_[a-z_]+)\"", (PROJECT_DIR / "dashboard" / "web.py").read_text())
    )


def test_command_lines_in_the_documents_are_understood() -> None:
    """Every full line of a code block is parsed as the shell would hand it over."""
    lines = []
    for path in [PROJECT_DIR / "README.md", *DOCS.glob("*.md")]:
        for block in re.findall(r"```\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL):
            lines += re.findall(r"python -m dashboard ([^#\n]+)", block)
    assert len(lines) > 5
    for line in lines:
        build_parser().parse_args(shlex.split(line))
