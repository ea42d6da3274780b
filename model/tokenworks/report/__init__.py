"""What people read; sees plans only."""
