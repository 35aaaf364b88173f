"""Lists of nominees: how a file that an agency sends is read."""
