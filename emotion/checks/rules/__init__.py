"""The rules of the check, a file for each kind of thing that they look at; each file lists its own in `RULES`."""
