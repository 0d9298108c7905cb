"""The database: one DuckDB file, one writer, migrations."""
