"""Reading XML that strangers wrote: one hardened parse, before anything else looks at the file."""

from __future__ import annotations

from lxml import etree

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
MUTASI = "http://mutasi.id/schema/bpmn/1"

MAX_ELEMENTS = 50_000
MAX_DEPTH = 100
BLOCK = 64 * 1024

# Namespaces whose elements do something when a browser or a processor meets them.
ACTIVE_NAMESPACES = frozenset(
    {
        "http://www.w3.org/1999/xhtml",
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/2001/XInclude",
        "http://www.w3.org/2003/XInclude",
        "http://www.w3.org/1999/XSL/Transform",
        "http://www.w3.org/1998/Math/MathML",
    }
)


class UnsafeXml(Exception):
    """The file is no XML, or XML that we do not read. `rule` names the reason for a finding."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


def parse(content: bytes, max_bytes: int) -> etree._Element:
    """The root element. Refuses DTDs, processing instructions, active namespaces, and what is too large."""
    if len(content) > max_bytes:
        raise UnsafeXml("xml-size", f"The file has {len(content)} bytes; {max_bytes} is the most.")
    if not content.strip():
        raise UnsafeXml("xml-empty", "The file is empty.")
    parser = etree.XMLPullParser(
        events=("start", "end", "pi", "comment"),
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        remove_blank_text=False,
    )
    depth = count = 0
    try:
        for start in range(0, len(content), BLOCK):
            parser.feed(content[start : start + BLOCK])
            depth, count = _watch(parser, depth, count)
        root = parser.close()
        depth, count = _watch(parser, depth, count)
    except etree.XMLSyntaxError as error:
        raise UnsafeXml("xml-syntax", f"Not well-formed XML: {error.msg}") from error
    except (LookupError, ValueError, AssertionError) as error:
        raise UnsafeXml("xml-syntax", f"Not readable as XML: {error}") from error
    document = root.getroottree()
    if document.docinfo.internalDTD is not None:
        raise UnsafeXml("xml-dtd", "The file has a document type declaration; remove it.")
    encoding = (document.docinfo.encoding or "UTF-8").upper()
    if encoding not in {"UTF-8", "UTF-16", "US-ASCII", "ASCII", "ISO-8859-1", "UTF-16LE", "UTF-16BE"}:
        raise UnsafeXml("xml-encoding", f"The encoding {encoding} is not read; save the file as UTF-8.")
    return root


def _watch(parser: etree.XMLPullParser, depth: int, count: int) -> tuple[int, int]:
    for event, item in parser.read_events():
        if event == "pi":
            raise UnsafeXml("xml-pi", "The file has a processing instruction; remove it.")
        if event == "start":
            depth += 1
            count += 1
            if depth > MAX_DEPTH:
                raise UnsafeXml("xml-depth", f"Elements are nested deeper than {MAX_DEPTH}.")
            if count > MAX_ELEMENTS:
                raise UnsafeXml("xml-elements", f"The file has more than {MAX_ELEMENTS} elements.")
            assert isinstance(item, etree._Element)  # start events come with their element
            namespace = etree.QName(item).namespace
            if namespace in ACTIVE_NAMESPACES:
                raise UnsafeXml("xml-namespace", f"Elements of {namespace} are not allowed in a diagram.")
        elif event == "end":
            depth -= 1
    return depth, count
