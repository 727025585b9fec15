"""Use cases of callqa: settings, services, wiring, reports and the command line."""

from importlib.metadata import version

__version__ = version("callqa")
