"""The run folder: what training writes and every command reads."""
