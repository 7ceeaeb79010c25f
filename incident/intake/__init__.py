"""How complaints come in: checked, graded, recorded once, and turned into incidents where they must be."""
