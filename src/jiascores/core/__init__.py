"""The ground floor: errors, references, exact comparison, definitions, variables, joints."""
