"""From a built model to a proven plan."""
