"""The catalogue: every definition, and the check values by which the package is verified."""
