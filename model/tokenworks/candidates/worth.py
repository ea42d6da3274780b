"""What a million output tokens are worth to the objective: sold, or left unserved."""

from __future__ import annotations

from tokenworks.frames import rows
from tokenworks.inputs import Inputs


class TokenWorth:
    """Worth of tokens by workload, in USD per million, as the objective counts them.

    At minimum cost a token sold earns nothing and one left unserved costs its value; at maximum net
    present value the first earns its price, and the second costs the damages contracted for it.

    Attributes
    ----------
    sold_usd
        Revenue of a million tokens served.
    unserved_usd
        Penalty of a million tokens left unserved.
    lost_usd
        Both together: what the objective loses with a million tokens that were counted as served.
    penalty
        Name of the penalty's component of cost.
    """

    def __init__(self, x: Inputs) -> None:
        earns = x.scenario.objective == "npv"
        table = x.tables["workloads"].fillna(
            {"sold_usd_per_mtoken": 0.0, "damages_usd_per_mtoken": 0.0}
        )
        self.sold_usd: dict[str, float] = {}
        self.unserved_usd: dict[str, float] = {}
        for row in rows(table):
            self.sold_usd[row.workload] = row.sold_usd_per_mtoken if earns else 0.0
            self.unserved_usd[row.workload] = (
                row.damages_usd_per_mtoken if earns else row.unserved_usd_per_mtoken
            )
        self.lost_usd = {w: sold + self.unserved_usd[w] for w, sold in self.sold_usd.items()}
        self.penalty = "damages" if earns else "unserved"
