"""The child of service.operations.previews: draws the pages of one PDF into a folder, within little memory and time.

python -m service.operations.drawing SOURCE FOLDER MOST_PAGES MEGABYTES SECONDS
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

WIDTH = 1100


def _main(source: str, folder: str, most_pages: int, megabytes: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * 1024 * 1024,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    import pypdfium2  # only now: within the limits

    pdf = pypdfium2.PdfDocument(source)
    for number in range(min(len(pdf), most_pages)):
        page = pdf[number]
        picture = page.render(scale=min(WIDTH / max(page.get_width(), 1), 4)).to_pil()
        picture.crop((0, 0, picture.width, min(picture.height, 4 * WIDTH))).save(
            Path(folder, f"{number + 1}.png"), optimize=False
        )
    Path(folder, "pages.json").write_text(json.dumps({"pages": len(pdf)}))


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6]))
