"""What lies in a data folder, and what its folders mean: which are splits, which are classes, which only wrap."""
