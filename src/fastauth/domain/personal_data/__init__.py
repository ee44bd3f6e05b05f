"""Personal data: what every column of the database holds, and what an export and an erasure do with it."""
