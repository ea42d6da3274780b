"""From solution values to typed tables, and the invariants held on every plan."""
