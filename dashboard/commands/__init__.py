"""The command line's commands; each returns the one JSON document of its answer."""
