"""Erasing what is kept no longer, or not to be kept: rules, holds, requests of customers."""
