"""Learning from what happened: post-mortems."""
