"""Operator's commands that fill the directory from public sources: asked politely, stored whole or not at all."""
