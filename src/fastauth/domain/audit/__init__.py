"""The audit trail: events, who caused them, and how long they are kept."""
