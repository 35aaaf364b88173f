"""Access policy: which role gets which answer at every URL, as a table to check and a page generated from it."""
