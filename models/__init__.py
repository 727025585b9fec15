"""The nouns of call quality inspection: frozen dataclasses, enums, ports and errors. Standard library only."""
