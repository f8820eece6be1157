"""The report about a model: its content, its figures, and one HTML page."""
