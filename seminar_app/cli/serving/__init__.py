"""`flask serve`: the web server, and beside it the process for mail and jobs."""
