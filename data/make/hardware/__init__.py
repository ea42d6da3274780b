"""Tables of hardware, made from the files of their sources."""
