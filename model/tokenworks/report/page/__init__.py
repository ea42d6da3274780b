"""The page: a plan or a study as one HTML file that asks nothing of any network."""
