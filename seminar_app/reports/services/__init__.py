"""What reports change."""
