"""One file per constraint family; blocks never import each other."""

from tokenworks.lean import import_less

# Here, since the blocks are the first to import scipy after Pyomo.
import_less()
