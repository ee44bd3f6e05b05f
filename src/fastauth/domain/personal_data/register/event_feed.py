"""The table ``event_feed``."""

from fastauth.domain.personal_data.column import NO_PERSON, DataTable, LegalBasis, internal

EVENT_FEED = DataTable(
    name="event_feed",
    purpose="number of the newest published event",
    basis=LegalBasis.NOT_PERSONAL,
    retention="life of the installation",
    on_erase=NO_PERSON,
    columns=(internal("id", "1: there is one row"), internal("last_seq", "number that was given last")),
)
