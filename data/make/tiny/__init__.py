"""The tables of the scenario `us-tiny`, by theme."""
