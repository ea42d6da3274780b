"""Tables of demand, made from the files of their sources."""
