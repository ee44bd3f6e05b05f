"""Export and erasure of all that is stored of a person, by the register of columns."""
