"""The API, version 1: one file per thing it speaks of."""
