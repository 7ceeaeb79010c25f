"""Many complaints of one cause: found as they arrive, proposed, grouped under one parent, and undone."""
