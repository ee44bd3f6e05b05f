"""One-time tokens: texts that work once, in links of mails and in challenges."""
