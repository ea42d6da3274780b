"""What every section of a scenario is, and how far a default can be trusted."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, JsonValue

ASSUMED: dict[str, JsonValue] = {"confidence": "assumed", "source": ""}
NEUTRAL: dict[str, JsonValue] = {
    "confidence": "published",
    "source": "definition: the neutral value",
}


def stepped(extra: dict[str, JsonValue], step: float) -> dict[str, JsonValue]:
    """What is said of an option that matters by threshold: so far, in its unit, surely crosses."""
    return {**extra, "step": step}


class Section(BaseModel):
    """Base of every section: frozen, unknown keys refused, no infinities, no types guessed."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)
