"""Which columns can exist at all: what can never be used is never made."""

from tokenworks.candidates.candidates import Candidates, candidates
from tokenworks.candidates.size import dispatch_columns

__all__ = ["Candidates", "candidates", "dispatch_columns"]
