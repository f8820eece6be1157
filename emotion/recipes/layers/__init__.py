"""Layers of our own that networks are made of; importing one imports Keras."""
