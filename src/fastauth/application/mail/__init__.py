"""The mails that follow from entries of the outbox, and the events about which an owner gets a mail."""
