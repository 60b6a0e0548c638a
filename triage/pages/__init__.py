"""Pages of the triage desk. No address, title or log line holds anything of a person."""
