"""The console's data for programs: `/api/v1`, by tokens: to read, and to bring tables. See docs/api.md."""
