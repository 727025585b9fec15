"""`python -m callqa` is the command `callqa`."""

from callqa.cli import main

if __name__ == "__main__":  # a back-test's worker processes import this module as well
    main()
