"""What a page prints is wrapped where it is a sentence, as an error is; tables scroll.

The entries of the bibliography are items of a list, to a screen reader too.
"""

from docutils import nodes


def wrap_sentences(app, doctree):  # noqa: ARG001
    """Mark printed text whose longest line is a sentence: columns have two spaces between them."""
    for block in doctree.findall(nodes.literal_block):
        longest = max(block.astext().splitlines(), key=len, default="").strip()
        if block.get("language") == "text" and "  " not in longest:
            block["classes"].append("wraps")


def items_of_a_list(app, name, template, context, doctree):  # noqa: ARG001
    """Give the entries of a list of sources the role that the list asks for."""
    if body := context.get("body"):
        context["body"] = body.replace('role="doc-biblioentry"', 'role="listitem"')


def setup(app):
    """Look at each page once it is read, and again as HTML."""
    app.connect("doctree-read", wrap_sentences)
    app.connect("html-page-context", items_of_a_list)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
