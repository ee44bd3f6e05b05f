"""Sending mail: by SMTP, or into a Maildir; and the text of mails."""
