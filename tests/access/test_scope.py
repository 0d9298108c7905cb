"""Every public function that takes a scope refuses the wrong role and the foreign office: hiding a button is courtesy.

The lists in `rooms` must name them all; a new function that takes a scope and is missing there fails the last test.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import dashboard
from dashboard.access import audit, users
from dashboard.access.scope import RIGHTS, Right, Role, Scope
from dashboard.delivery import number_desk
from dashboard.errors import Refused, SetuError
from dashboard.notices import outage, report
from dashboard.store.clock import Clock
from tests.access.rooms import CALLS, FILES, LISTS
from tests.access.world import FOREIGN, Entry, World, make_world
from tests.conftest import NOON, open_copy, scope_of

ROOMS = ("access", "coverage", "collection", "delivery", "enrolment", "notices", "registry")


@pytest.fixture(scope="session")
def made_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The registry of every test here, made once."""
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture
def world(made_world: Path, clock: Clock, tmp_path: Path) -> Iterator[World]:
    with open_copy(made_world, tmp_path / "setu.duckdb") as db:
        yield World(db, clock, tmp_path)


@pytest.fixture(scope="module")
def calm_world(made_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One world for all that is refused: a refusal changes nothing, and each test sees to that."""
    folder = tmp_path_factory.mktemp("calm")
    with open_copy(made_world, folder / "setu.duckdb") as db:
        yield World(db, lambda: NOON, folder)


Call = Callable[[World, Scope], Any]
EXEMPT = {
    "may_approve": "tells of a notice that was read within the scope",
    "may_be_given_by": "the same, of one step",
    "list_actions": "says which buttons to offer for a notice that was read within the scope",
    "require_rules": "the refusal itself, tried through the rules",
    "require_whole_state": "the refusal itself, tried through the imports",
    "keep_account": "writes down an import that was let in",
    "may_dismiss": "says whether to offer that news is noted; `dismiss` asks again",
    "may_manage": "says whether to offer the account's buttons; the functions ask again",
}


def _name(value: object) -> str | None:
    return value.__name__ if inspect.isfunction(value) and value.__name__ != "<lambda>" else None


def _role(right: Right, has: bool) -> Role | None:
    return next((role for role in RIGHTS if (right in RIGHTS[role]) == has), None)


@pytest.mark.parametrize(("function", "right", "call"), CALLS, ids=_name)
def test_a_foreign_office_is_refused(calm_world: World, function: object, right: Right, call: Call) -> None:
    role = _role(right, True)
    assert role is not None
    before = calm_world.rows()
    with pytest.raises(Refused) as refusal:
        call(calm_world, scope_of(calm_world.db, role, FOREIGN, "stranger"))
    assert refusal.value.code in (
        "office",
        "notice",
        "consumer",
        "outage",
        "thread",
        "repeat",
        "group",
        "number",
    )  # a foreign notice is refused as one that is not there
    assert calm_world.rows() == before


NEEDING = [entry for entry in CALLS + LISTS + FILES if _role(entry[1], False)]


@pytest.mark.parametrize(("function", "right", "call"), NEEDING, ids=_name)
def test_a_role_without_the_right_is_refused(
    calm_world: World, function: object, right: Right, call: Call
) -> None:
    role = _role(right, False)
    assert role is not None
    before = calm_world.rows()
    with pytest.raises(Refused) as refusal:
        call(calm_world, scope_of(calm_world.db, role, "UP", "boss"))
    assert refusal.value.code == "right"
    assert calm_world.rows() == before


@pytest.mark.parametrize(("function", "right", "call"), CALLS + LISTS + FILES, ids=_name)
def test_the_right_role_in_the_right_office_is_not_refused(
    world: World, function: object, right: Right, call: Call
) -> None:
    """So that the refusals above are for the office and the role, not for anything."""
    role = _role(right, True)
    assert role is not None
    try:
        call(world, scope_of(world.db, role, "UP", "boss" if right is Right.APPROVE else "author"))
    except SetuError as error:
        assert error.code not in ("right", "office", "signed_out")  # the notice's own rules may still say no


FILLED = (
    audit.list_audit, users.list_users, report.list_notices, number_desk.list_desk, outage.list_outages, outage.list_overdue,
)  # fmt: skip


@pytest.mark.parametrize(
    "entry", [entry for entry in LISTS if entry[0] in FILLED], ids=lambda one: _name(one[0])
)
def test_a_list_shows_only_its_own_offices(calm_world: World, entry: Entry) -> None:
    _, right, call = entry
    role = _role(right, True)
    assert role is not None
    assert len(call(calm_world, scope_of(calm_world.db, role, "UP"))) > 0
    assert len(call(calm_world, scope_of(calm_world.db, role, FOREIGN))) == 0


def _functions_with_scope() -> set[Callable[..., Any]]:
    found: set[Callable[..., Any]] = set()
    for room in ROOMS:
        for module in pkgutil.walk_packages(dashboard.__path__, "dashboard."):
            if not module.name.startswith(f"dashboard.{room}.") or module.name.endswith("__main__"):
                continue
            loaded = importlib.import_module(module.name)
            found |= {one for one in vars(loaded).values() if _takes_scope(one, module.name)}
    return found


def _takes_scope(one: object, module_name: str) -> bool:
    if not inspect.isfunction(one) or one.__module__ != module_name or one.__name__.startswith("_"):
        return False
    return any(
        name in str(parameter.annotation)
        for name in ("Scope", "Desk")  # a desk holds the scope of the person at it
        for parameter in inspect.signature(one).parameters.values()
    )


def test_every_function_that_takes_a_scope_is_in_the_list() -> None:
    listed = {function for function, _, _ in CALLS + LISTS + FILES}
    assert {one.__qualname__ for one in _functions_with_scope() - listed} - set(EXEMPT) == set()
