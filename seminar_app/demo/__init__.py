"""The demonstration: four agencies' lists, and the seminars, marks and answers made of them from a fixed seed."""
