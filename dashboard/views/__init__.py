"""The pages: thin scripts, each read top to bottom as inputs, one call, output."""
