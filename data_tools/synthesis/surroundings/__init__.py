"""What stands around a crowd: a new kind is one function of dice."""
