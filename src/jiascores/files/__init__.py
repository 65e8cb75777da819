"""Files in and out: one strict reader, the mapping that says how a file is written, and outputs."""
