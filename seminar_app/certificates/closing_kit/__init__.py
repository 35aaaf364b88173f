"""The closing kit of a completed seminar: one ZIP file with all that its office keeps, and a folder for each agency's liaison.

`asked` says what is wanted, `reading` reads it, `contents` lists what goes in, `archive` writes it, `kit_job` is the long work.
"""
