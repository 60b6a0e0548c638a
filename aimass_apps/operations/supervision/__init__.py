"""One process that starts all others, keeps them running and stops them: what `make run` becomes."""
