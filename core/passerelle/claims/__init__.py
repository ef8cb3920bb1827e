"""Claims: "this X account is mine, too". What proves one, and what is published of it. docs/claims.md

Rules only: nothing here asks a server. `passerelle.proofs` reads the proofs.
"""
