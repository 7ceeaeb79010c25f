"""Training: what people learn, how it is tested from the plans themselves, and how long it holds."""
