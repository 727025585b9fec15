"""One module per criterion: a call under a standard in, an `Outcome` out."""
