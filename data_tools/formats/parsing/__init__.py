"""What readers share: files, names and values other programs wrote."""
