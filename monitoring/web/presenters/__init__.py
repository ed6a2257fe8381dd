"""What pages show, worded and formatted once a request: small frozen records of text."""
