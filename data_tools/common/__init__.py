"""What converting, checking and synthesis share."""
