"""Collection agencies that work for the institution, and the complaints about them."""
