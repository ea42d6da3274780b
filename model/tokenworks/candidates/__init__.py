"""Which columns can exist at all: what can never be used is never made."""

from tokenworks.candidates.candidates import Candidates, candidates

__all__ = ["Candidates", "candidates"]
