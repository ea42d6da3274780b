"""Files to frames and back; no modelling decisions."""
