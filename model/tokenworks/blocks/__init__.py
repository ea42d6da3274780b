"""One file per constraint family; blocks never import each other."""
