"""Operations: what readiness and the removal of expired rows need from the database."""
