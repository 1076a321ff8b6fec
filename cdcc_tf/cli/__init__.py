"""What every command shares: start-up, flags, exit codes."""
