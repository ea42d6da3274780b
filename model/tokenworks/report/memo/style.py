"""Colours and measures of the memo, the same in every format: one dark blue, greys, hairlines."""

from __future__ import annotations

BLUE = "#16325c"
GREY = "#5b6675"
HAIRLINE = "#d5dae1"
PALE = "#f5f7fa"
INK = "#1c2430"

# Colours that are told apart by readers who see some of them alike (Okabe and Ito, muted).
SERIES = (
    "#16325c",
    "#4a7fb5",
    "#9cc3e0",
    "#d98c3f",
    "#7a9a5f",
    "#b5564e",
    "#8a7aa8",
    "#c9b458",
    "#5f9ea0",
    "#9aa3ad",
)
