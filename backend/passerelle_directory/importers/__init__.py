"""From a file of a source to the database: lines, then what each line says, then one transaction."""
