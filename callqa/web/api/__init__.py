"""The console's data for programs: `/api/v1`, by tokens, reading only. See docs/api.md."""
