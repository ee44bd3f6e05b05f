"""The mails that follow from entries of the outbox, and which events are told to the owner of an account."""
