"""Lists of nominees: how an agency's file is read."""
