"""Distances and, later, screening: pure functions on coordinates."""
