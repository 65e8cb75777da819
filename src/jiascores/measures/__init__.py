"""The outcome measures, one file per phenomenon, as short functions on numbers and arrays."""
