"""What callqa shows by HTTP. The web framework is imported nowhere else, but by flows' local Prefect server."""
