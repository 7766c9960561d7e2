"""What mails about measures look like, the links in them, and the way to the mail server."""
