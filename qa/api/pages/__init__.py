"""Server-rendered pages: a list of conversations, and one conversation with its evidence."""
