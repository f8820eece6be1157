"""The drawn faces: a set of pictures that this program draws by itself."""
