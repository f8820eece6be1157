"""Kinds of file: told by their first bytes, with the memory that each takes and the preview in a raw photo."""
