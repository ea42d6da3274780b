"""Names for the plain types that travel between the floors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NewType

import pandas as pd

SiteId = NewType("SiteId", str)
StepIndex = NewType("StepIndex", int)

# A table is always a frame whose columns are declared in `schema`.
Tables = Mapping[str, pd.DataFrame]

# What a YAML file may hold once it is read.
Json = dict[str, Any] | list[Any] | str | int | float | bool | None
