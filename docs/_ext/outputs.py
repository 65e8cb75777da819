"""What a page prints is wrapped where it is a sentence, as an error is; tables scroll."""

from docutils import nodes


def wrap_sentences(app, doctree):  # noqa: ARG001
    """Mark printed text whose longest line is a sentence: columns have two spaces between them."""
    for block in doctree.findall(nodes.literal_block):
        longest = max(block.astext().splitlines(), key=len, default="").strip()
        if block.get("language") == "text" and "  " not in longest:
            block["classes"].append("wraps")


def setup(app):
    """Look at each page once it is read."""
    app.connect("doctree-read", wrap_sentences)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
