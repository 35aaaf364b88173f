"""Who gets what at every address: the table a reader can check, and the page printed from it."""
