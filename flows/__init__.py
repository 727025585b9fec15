"""When work happens: thin Prefect flows over the services of callqa. Prefect is imported nowhere else.

Prefect's state is disposable; truth and resume live in callqa's own database.
"""
