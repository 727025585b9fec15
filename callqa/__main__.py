"""`python -m callqa` is the command `callqa`."""

from callqa.cli import main

main()
