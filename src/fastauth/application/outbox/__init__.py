"""Use cases of the outbox: delivery, budget, purge, and what operators see."""
