"""Many plans together: branches of an uncertain future."""
