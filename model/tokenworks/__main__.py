"""`python -m tokenworks`."""

from tokenworks.cli import main

if __name__ == "__main__":
    main()
