"""The documents say what the code does: settings, commands and files are compared."""

import re
from pathlib import Path

from dashboard.commands.parser import build_parser
from dashboard.config import PROJECT_DIR, Settings

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


def test_settings_named_in_the_readme_exist() -> None:
    named = set(re.findall(r"SETU_([A-Z_]+)", (PROJECT_DIR / "README.md").read_text(encoding="utf-8")))
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
