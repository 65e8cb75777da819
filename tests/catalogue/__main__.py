"""Write the JSON schema of the exported definitions: ``python -m tests.catalogue``."""

from tests.catalogue.schema import SCHEMA, text

SCHEMA.write_text(text(), encoding="utf-8")
