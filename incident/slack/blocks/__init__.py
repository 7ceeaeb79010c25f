"""Facts in, Block Kit out: pure builders of what people see in Slack, every word in their language."""
