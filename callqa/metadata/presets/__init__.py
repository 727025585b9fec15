"""How well-known systems name their recordings and what they write beside them, by the name of the setting `preset`."""

from __future__ import annotations

from collections.abc import Mapping

from callqa.metadata.presets import amazon_connect, asterisk, freepbx, freeswitch, genesys
from callqa.metadata.presets.preset import Preset, Told

__all__ = ["PRESETS", "Preset", "Told"]

PRESETS: Mapping[str, Preset] = {
    "freepbx": freepbx.PRESET,
    "freeswitch": freeswitch.PRESET,
    "asterisk": asterisk.PRESET,
    "amazon-connect": amazon_connect.PRESET,
    "genesys": genesys.PRESET,
}
