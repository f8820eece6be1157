"""Tables as people have them: in whatever dialect of csv, with pixels in them or with the labels of pictures."""
