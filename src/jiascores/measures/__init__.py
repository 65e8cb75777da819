"""The outcome measures, one file for each phenomenon, as short functions on numbers and arrays."""
