"""Read a claim's proofs from public servers, with a `fetch` handed in: the registrar and "check this row" do the same.

Each reading ends in a Proof (`passerelle.claims`). No answer is the state `unknown`, never a statement.
"""

from passerelle.proofs.reading import Reading, Sources, read_proofs

__all__ = ["Reading", "Sources", "read_proofs"]
