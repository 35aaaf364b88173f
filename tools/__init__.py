"""Commands for whoever works on the program."""
