"""Getting people to answer: the outbox, its sender, and the ladder that climbs until somebody does."""
