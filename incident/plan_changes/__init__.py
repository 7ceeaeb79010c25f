"""How a plan gets better: proposed, compared, approved by another, published, read, proven in a drill."""
