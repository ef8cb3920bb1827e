"""Members of a coalition, from its own file; each counts only where the member's own domain states the same."""
