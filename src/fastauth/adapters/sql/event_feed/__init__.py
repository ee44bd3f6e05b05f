"""Numbers of events in the table ``event``, and readers of it by number."""
