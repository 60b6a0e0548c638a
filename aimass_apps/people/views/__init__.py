"""Pages of the administrator, and the page on which everybody changes their own password."""
