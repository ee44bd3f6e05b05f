"""Login codes: one-time codes by which a front end receives the tokens of a log-in on the pages."""
