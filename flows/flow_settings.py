"""Settings as a flow may use them."""

from __future__ import annotations

from callqa.settings import Settings, load_settings
from models.errors import SettingsError


def flow_settings(standard: str | None) -> Settings:
    """The settings, with the flow's standard over them. Raises SettingsError for a home folder relative to nowhere.

    A worker starts each flow in a temporary folder that is deleted afterwards, and with it would go every result.
    """
    settings, sources = load_settings({"standard": standard})
    if not settings.home.is_absolute():
        raise SettingsError(
            f"home is {str(settings.home)!r} ({sources.of['home']}), relative to a worker's temporary folder; "
            "set CALLQA_HOME to an absolute folder, in prefect.yaml or the worker's environment"
        )
    return settings
