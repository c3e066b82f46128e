"""Everything that is stored about one agent: which tables, which rows, which columns."""
