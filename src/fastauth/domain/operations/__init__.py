"""Operations: what readiness and the purge of expired rows need from the database."""
