"""Children and the pipes to them."""

import pytest

from dashboard.delivery.child import end_child, start_child


def test_a_child_begins_also_where_the_system_gives_no_wide_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.delivery.child._PIPE_BYTES", 2**30)  # beyond what a user may have
    child = start_child("json.tool", b"{}")
    end_child(child)
    assert child.returncode == 0
