"""Figures of `us-quick` that `us` has no rows for."""
