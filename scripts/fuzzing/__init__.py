"""Inputs that nobody would export, and what must hold of the importers for each of them.

Nothing but the named error leaves an importer; no input takes 5 seconds or 500 MB; nothing
outside the input is opened or told of, no address asked, no program started.
"""
