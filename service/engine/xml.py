"""Reading XML that strangers wrote: one hardened parse, before anything else looks at the file."""

from __future__ import annotations

from lxml import etree

from service.domain.wording import Message

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

    def __init__(self, rule: str, message: Message) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message


def parse(content: bytes, max_bytes: int) -> etree._Element:
    """The root element. Refuses DTDs, processing instructions, active namespaces, and what is too large."""
    if len(content) > max_bytes:
        raise UnsafeXml(
            "xml-size",
            Message(
                "The file has %(count)s bytes; %(most)s is the most.", count=len(content), most=max_bytes
            ),
        )
    if not content.strip():
        raise UnsafeXml("xml-empty", Message("The file is empty."))
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
        raise UnsafeXml(
            "xml-syntax", Message("Not well-formed XML: %(problem)s", problem=error.msg)
        ) from error
    except (LookupError, ValueError, AssertionError) as error:
        raise UnsafeXml("xml-syntax", Message("Not readable as XML: %(problem)s", problem=error)) from error
    document = root.getroottree()
    if document.docinfo.internalDTD is not None:
        raise UnsafeXml("xml-dtd", Message("The file has a document type declaration; remove it."))
    encoding = (document.docinfo.encoding or "UTF-8").upper()
    if encoding not in {"UTF-8", "UTF-16", "US-ASCII", "ASCII", "ISO-8859-1", "UTF-16LE", "UTF-16BE"}:
        raise UnsafeXml(
            "xml-encoding",
            Message("The encoding %(encoding)s is not read; save the file as UTF-8.", encoding=encoding),
        )
    return root


def _watch(parser: etree.XMLPullParser, depth: int, count: int) -> tuple[int, int]:
    for event, item in parser.read_events():
        if event == "pi":
            raise UnsafeXml("xml-pi", Message("The file has a processing instruction; remove it."))
        if event == "start":
            depth += 1
            count += 1
            if depth > MAX_DEPTH:
                raise UnsafeXml(
                    "xml-depth", Message("Elements are nested deeper than %(most)s.", most=MAX_DEPTH)
                )
            if count > MAX_ELEMENTS:
                raise UnsafeXml(
                    "xml-elements",
                    Message("The file has more than %(most)s elements.", most=MAX_ELEMENTS),
                )
            assert isinstance(item, etree._Element)  # start events come with their element
            namespace = etree.QName(item).namespace
            if namespace in ACTIVE_NAMESPACES:
                raise UnsafeXml(
                    "xml-namespace",
                    Message("Elements of %(namespace)s are not allowed in a diagram.", namespace=namespace),
                )
        elif event == "end":
            depth -= 1
    return depth, count
