"""The life of an incident: declared, acknowledged, moved through the six steps, re-graded, closed."""
