from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from tests.peers.peer import Peer
from tests.peers.tables import FORBIDDEN, has_shape, load_of, with_loads


@pytest.fixture
def ours(solve_case) -> Callable[..., Any]:
    """Solve a case by the model; `megawatts` is a site's mean load by period."""

    def solve(
        megawatts: dict[str, list[float]], options: dict[str, Any] | None = None, **tables: Any
    ) -> Any:
        return solve_case(FORBIDDEN | (options or {}), **with_loads(megawatts, tables))

    return solve


@pytest.fixture
def same(ours) -> Callable[..., Any]:
    """Solve it by PyPSA too, compare, and hand back ours."""

    def compare(
        megawatts: dict[str, list[float]], options: dict[str, Any] | None = None, **tables: Any
    ) -> Any:
        answer = ours(megawatts, options, **tables)
        load_mw = load_of(megawatts, answer.inputs, has_shape(tables))
        theirs = Peer(answer.inputs, load_mw).solve()
        assert theirs > 0.0
        # Sites and hardware cost nothing in these cases, so that all of the objective is power.
        assert math.isclose(answer.usd, theirs, rel_tol=1e-6), (answer.usd, theirs)
        return answer

    return compare
