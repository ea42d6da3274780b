from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from tests.peers.peer import Peer
from tests.peers.tables import DAY_SHAPE, YEAR

FORBIDDEN = {"unserved": "forbidden", "finance.discount_rate": 0.07, "finance.residuals": True}


@pytest.fixture
def ours(solve_case) -> Callable[..., Any]:
    """Solve a case by the model; `megawatts` is a site's mean load by period."""

    def solve(
        megawatts: dict[str, list[float]], options: dict[str, Any] | None = None, **tables: Any
    ) -> Any:
        tables.setdefault("sites", [{"site": s} for s in megawatts])
        tables.setdefault("periods", [YEAR])
        # Every site has users of its own: the others are too far.
        tables["regions"] = [{"region": f"r-{s}"} for s in megawatts]
        tables["network"] = [
            {"site": s, "region": f"r-{other}", "rtt_ms": 0.0 if s == other else 1e9}
            for s in megawatts
            for other in megawatts
        ]
        profile = "day" if has_shape(tables) else "flat"
        tables["demand"] = [
            {"region": f"r-{s}", "output_tokens_per_s": [mw * 1e6 for mw in by], "profile": profile}
            for s, by in megawatts.items()
        ]
        return solve_case(FORBIDDEN | (options or {}), **tables)

    return solve


@pytest.fixture
def same(ours) -> Callable[..., Any]:
    """Solve it by PyPSA too, compare, and hand back ours."""

    def compare(
        megawatts: dict[str, list[float]], options: dict[str, Any] | None = None, **tables: Any
    ) -> Any:
        answer = ours(megawatts, options, **tables)
        pue = answer.inputs.tables["sites"].set_index("site")["average_pue_ratio"]
        periods = list(answer.inputs.calendar.period_months)

        def load_mw(site: str, step: int, hour: dict[str, Any]) -> float:
            period = periods.index(answer.inputs.calendar.steps[step].period)
            overhead = (pue[site] - 1.0) * hour["pue_overhead_shape"]
            shape = DAY_SHAPE[hour["hour_utc"] // 6] if has_shape(tables) else 1.0
            return megawatts[site][period] * shape * (1.0 + overhead)

        theirs = Peer(answer.inputs, load_mw).solve()
        assert theirs > 0.0
        # Sites and hardware cost nothing in these cases, so that all of the objective is power.
        assert math.isclose(answer.usd, theirs, rel_tol=1e-6), (answer.usd, theirs)
        return answer

    return compare


def has_shape(tables: dict[str, Any]) -> bool:
    return any(row["profile"] == "day" for row in tables.get("profiles", ()))
