"""Declarations only: what a scenario and its tables hold."""
