"""Tables of sites, made from the files of their sources."""
