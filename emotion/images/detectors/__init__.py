"""The two face detectors, with one way to call them."""
