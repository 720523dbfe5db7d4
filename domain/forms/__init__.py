"""Forms as the rules see them: the compiled definition, how a record reads in it, what is plainly wrong."""
