"""Read what the page «Today» shows. Each query takes a constant number of statements, however many seminars there are."""
