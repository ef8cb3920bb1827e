"""The registrar: claims, their proofs, withdrawal and objection. A process and host name of its own; docs/claims.md."""
