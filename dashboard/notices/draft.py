"""A notice while it is written: plain rules about its variables, no database."""

import dataclasses
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.errors import BadInput
from dashboard.notices.templates import (
    SOURCES,
    TYPED,
    Template,
    Variable,
    find_variables,
    get_template,
    require_language,
)

LOAD_BANDS = ("up_to_1", "1_to_2", "2_to_5", "5_to_10", "10_to_25", "over_25")  # kW; migration 0015
IN_A_GROUP, IN_NO_GROUP = -1, -2  # instead of one group: in whichever, in none
ARREARS_SEGMENTS = ("none", "due", "long_unpaid", "never_paid")
_BINDINGS = "*"
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})
_FORBIDDEN = frozenset({"Cc", "Zl", "Zp"})  # line breaks, tabs, other controls
_BLANK_RUN = re.compile(r"\s{5,}")  # Meta refuses more than four blanks in a row inside a parameter


@dataclass(frozen=True)
class Audience:
    """Whom a notice is for: an office and all below it, narrowed down; what is empty narrows nothing.

    `not_since`: who got a notice on or after that day (YYYY-MM-DD, Asia/Kolkata) is left out. `list_id` is a list of
    accounts that somebody brought. `group_id` is a WhatsApp group, or IN_A_GROUP, IN_NO_GROUP. `per_account`: a number with three accounts gets three messages instead of one.
    """

    office_code: str
    categories: tuple[str, ...] = ()
    arrears_segments: tuple[str, ...] = ()
    feeder_codes: tuple[str, ...] = ()
    load_bands: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    not_since: str = ""
    list_id: int = 0
    per_account: bool = False
    group_id: int = 0

    @property
    def as_fields(self) -> dict[str, Any]:
        """What is kept and goes into the hash of what is approved: the first four, and what else was chosen."""
        fields = dataclasses.asdict(self)
        first = ("office_code", "categories", "arrears_segments", "feeder_codes")
        return {name: value for name, value in fields.items() if name in first or value}


def read_audience(fields: Mapping[str, Any]) -> Audience:
    """Return the audience of its fields as they were kept (JSON)."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()
    }
    return Audience(**values)


@dataclass(frozen=True)
class Binding:
    """What an author let a place of the text come from instead of what its template says.

    `source` as in `Variable`; `fallback` stands where a recipient's row has nothing, '' leaves such a recipient out.
    """

    source: str
    fallback: str = ""


@dataclass(frozen=True)
class NoticeDraft:
    """What an author chose and typed. `variables` holds the typed values by name.

    A value given for a variable that rows or offices fill stands in every message instead. `bindings` alters by name
    where places come from.
    """

    template: str
    language: str
    variables: Mapping[str, str]
    audience: Audience
    bindings: Mapping[str, Binding] = dataclasses.field(default_factory=dict)


def filling_fields(variables: Mapping[str, str], bindings: Mapping[str, Binding]) -> dict[str, Any]:
    """Return what is kept of a draft's filling (JSON): typed values by name, altered bindings under a key that is no name."""
    altered = {name: dataclasses.asdict(binding) for name, binding in bindings.items()}
    return {**variables, _BINDINGS: altered} if altered else dict(variables)


def read_filling(fields: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Binding]]:
    """Return typed values and altered bindings from what was kept."""
    typed = {name: value for name, value in fields.items() if name != _BINDINGS}
    return typed, {name: Binding(**value) for name, value in fields.get(_BINDINGS, {}).items()}


@dataclass(frozen=True)
class Problem:
    """Why a draft cannot go out: `code` names the sentence (`error.<code>`), `field` the variable concerned or ''."""

    code: str
    field: str = ""
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def as_error(self) -> BadInput:
        return BadInput(self.code, **self.values)


@dataclass(frozen=True)
class Filling:
    """How the text of a draft is filled, variable by variable in the order of the message's parameters.

    `levels[i]` is the source that fills a variable: an office level or a field of the consumer's row, '' where
    `typed[i]` does. Of a bound variable `typed[i]` are the words that stand where the source has nothing, '' where
    the recipient is left out. `uses[i]` is how often it stands in the body; `length` is what the body has besides,
    in characters.
    """

    names: tuple[str, ...]
    levels: tuple[str, ...]
    typed: tuple[str, ...]
    uses: tuple[int, ...]
    length: int


def require_known(draft: NoticeDraft) -> Template:
    """Return the draft's template; raise BadInput for a template, language or segment that does not exist.

    A value with half a character (a terminal in another encoding) is no text at all: BadInput("variable_control").
    """
    template = get_template(draft.template)
    require_language(draft.language)
    for name, value in draft.variables.items():
        if any(unicodedata.category(character) == "Cs" for character in value):
            raise _problem_of("variable_control", name).as_error()
    for name, binding in draft.bindings.items():
        if binding.source not in SOURCES:
            raise _problem_of("variable_source", name).as_error()
    for segment in draft.audience.arrears_segments:
        if segment not in ARREARS_SEGMENTS:
            raise BadInput("arrears_segment_unknown", segment=segment)
    if set(draft.audience.load_bands) - set(LOAD_BANDS):
        raise BadInput("load_band_unknown")
    if draft.audience.group_id < IN_NO_GROUP:
        raise BadInput("group_unknown")
    for language in draft.audience.languages:
        require_language(language)
    return template


def clean_values(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the typed values without blanks at the ends; what holds nothing visible is left out."""
    stripped = {name: str(value).strip() for name, value in variables.items()}
    return {name: value for name, value in stripped.items() if not _is_invisible(value)}


def check_draft(draft: NoticeDraft) -> list[Problem]:
    """Return what is wrong with the typed variables: variable_empty, variable_unknown, variable_control, variable_spaces.

    The length of the text depends on the recipients' offices: see `drafting.judge_draft`. Raises as `require_known`.
    """
    template = require_known(draft)
    values = clean_values(draft.variables)
    known = {variable.name for variable in template.variables}
    problems = [
        _problem_of("variable_empty", variable.name)
        for variable in template.variables
        if bind(draft, variable).source == TYPED and variable.name not in values
    ]
    named = [*draft.variables, *draft.bindings]
    problems += [_problem_of("variable_unknown", name) for name in named if name not in known]
    fallbacks = {name: binding.fallback for name, binding in draft.bindings.items() if name not in values}
    return problems + [
        problem for name, value in {**fallbacks, **values}.items() for problem in _check_value(name, value)
    ]


def bind(draft: NoticeDraft, variable: Variable) -> Binding:
    """Return where a place of the text comes from, with the words for where that has nothing: as altered, else as in the template."""
    fallback = variable.fallbacks.get(draft.language, "").strip()
    return draft.bindings.get(variable.name) or Binding(variable.source, fallback)


def resolve_filling(draft: NoticeDraft) -> Filling:
    """Return how the draft's text is filled; a bound variable with a typed value counts as typed."""
    template = get_template(draft.template)
    values = clean_values(draft.variables)
    body = template.bodies[draft.language]
    bindings = {variable.name: bind(draft, variable) for variable in template.variables}
    bound = {
        name: binding for name, binding in bindings.items() if binding.source != TYPED and name not in values
    }
    uses = find_variables(body)
    names = template.variable_names(draft.language)
    return Filling(
        names=names,
        levels=tuple(bound[name].source if name in bound else "" for name in names),
        typed=tuple(
            bound[name].fallback.strip() if name in bound else values.get(name, "") for name in names
        ),
        uses=tuple(uses.count(name) for name in names),
        length=len(body) - sum(len(name) + 2 for name in uses),
    )


def _problem_of(code: str, name: str) -> Problem:
    """Return a problem of one variable; `label` is its plain name where no page puts the words of `variable.<name>`."""
    return Problem(code, name, {"name": name, "label": name})


def _is_invisible(value: str) -> bool:
    return all(unicodedata.category(character) in _INVISIBLE for character in value)


def _check_value(name: str, value: str) -> list[Problem]:
    if any(unicodedata.category(character) in _FORBIDDEN for character in value):
        return [_problem_of("variable_control", name)]
    if _BLANK_RUN.search(value):
        return [_problem_of("variable_spaces", name)]
    return []
