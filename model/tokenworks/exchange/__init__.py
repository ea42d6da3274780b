"""Plans in the formats of other tools, and measurements of others as operating points."""
