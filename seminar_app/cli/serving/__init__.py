"""`flask serve`: the web server, and the process of mail and jobs beside it."""
