"""The executive report: what is grave, at risk, late or silent; as a page, on paper, and sent by itself."""
