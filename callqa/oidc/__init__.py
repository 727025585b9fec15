"""Logging in by OpenID Connect: what the issuer is asked, and what is believed of its answers."""
