"""A county in a bottle."""
