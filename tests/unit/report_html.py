"""A strict reader for the report's HTML: every element closed, nothing nested where browsers would move it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"meta", "br"})
# What may stand inside a paragraph; anything else makes a browser close the paragraph early.
PHRASING = frozenset({"a", "b", "br", "code", "i", "mark", "q", "span", "sup", "time"})


@dataclass
class Element:
    """An element with its attributes, and its children in order (elements and texts)."""

    tag: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    def all(self, tag: str = "", css_class: str = "") -> Iterator[Element]:
        """All elements below this one with this tag and class, in document order; empty means any."""
        for child in self.children:
            if isinstance(child, Element):
                if tag in ("", child.tag) and (not css_class or css_class in child.attributes.get("class", "").split()):
                    yield child
                yield from child.all(tag, css_class)

    def one(self, tag: str = "", css_class: str = "") -> Element:
        """The only such element; AssertionError when there is none or more than one."""
        found = list(self.all(tag, css_class))
        assert len(found) == 1, f"{len(found)} elements {tag}.{css_class}"
        return found[0]

    def by_id(self, element_id: str) -> Element:
        """The only element with this id."""
        found = [element for element in self.all() if element.attributes.get("id") == element_id]
        assert len(found) == 1, f"{len(found)} elements with id {element_id}"
        return found[0]

    @property
    def text(self) -> str:
        """All text below this element, as a reader gets it."""
        return "".join(child if isinstance(child, str) else child.text for child in self.children)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("#document", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not (tag not in PHRASING and any(e.tag == "p" for e in self.open)), f"<{tag}> inside <p>"
        attributes = {name: value or "" for name, value in attrs}
        assert len(attributes) == len(attrs), f"<{tag}> repeats an attribute"
        element = Element(tag, attributes)
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read_html(html: str) -> Element:
    """The document as a tree; AssertionError where it is not well formed."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == [reader.root], f"<{reader.open[-1].tag}> is never closed"
    return reader.root
