"""Write the JSON schema of the mapping: ``python -m tests.files``."""

import json

from jiascores.files.mapping import SCHEMA
from tests.files.schema import schema

SCHEMA.write_text(json.dumps(schema(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
