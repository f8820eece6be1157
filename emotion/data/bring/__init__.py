"""Bringing pictures in: folders, zips, csv files, Kaggle."""
