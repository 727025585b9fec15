"""Personal numbers in what was said: found, and masked before a transcript leaves asr."""
