"""From a file to the database: read lines, parse their fields, store them in batches."""
