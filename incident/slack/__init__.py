"""The Slack edge: words, buttons, forms and the channel adapter."""
