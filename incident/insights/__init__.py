"""The numbers behind the insight pages; drills never count among them."""
