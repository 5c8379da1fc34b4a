"""What a browser says about itself, in two words that its owner recognises."""

from __future__ import annotations

BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device(browser: str | None) -> str:
    """`Chrome · Windows`; what it said, shortened, when neither is known; an en dash for nothing."""
    text = browser or ""
    named = [next((name for sign, name in known if sign in text), "") for known in (BROWSERS, SYSTEMS)]
    return " · ".join(filter(None, named)) or text[:40] or "–"
