"""Tables of grid, made from the files of their sources."""
