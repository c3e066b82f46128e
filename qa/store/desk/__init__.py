"""The review desk's part of the store: draws, the inbox, reviews, remarks, collections, figures.

One file, and one part of the `Store`, for each of them; their tables lie in `tables`.
"""
