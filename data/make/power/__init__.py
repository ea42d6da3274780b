"""Tables of power, made from the files of their sources."""
