"""A last layer of its own on a finished model, for a few pictures: fitted and written without TensorFlow."""
