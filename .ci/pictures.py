"""Makes the README's pictures: the page and the memo of a run, as their readers see them.

    .venv/bin/python .ci/pictures.py RUN

RUN is a run folder, of `tokenworks solve us-quick`. Needs chromium and pdftoppm (poppler).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from tokenworks.report.memo.deliver import memo_of_run
from tokenworks.report.page.write import explore_folder

FOLDER = Path(__file__).parents[1] / "notebooks" / "pictures"
BROWSER = ("chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
# The head of the page and its map; the first two pages of the memo.
PAGE_PX, MEMO_DPI, MEMO_PAGES = (1280, 1330), 80, 2
COLOURS, MOST_BYTES = 256, 250_000


def page_picture(run: Path, work: Path) -> Image.Image:
    """The first screens of the page of a run."""
    page, shot = work / "page.html", work / "page.png"
    explore_folder(run, page)
    size = ",".join(map(str, PAGE_PX))
    # Time of the page's own, within which its charts are drawn.
    options = (f"--window-size={size}", f"--screenshot={shot}", "--virtual-time-budget=30000")
    profile = f"--user-data-dir={work / 'profile'}"
    subprocess.run([*BROWSER, *options, profile, page.as_uri()], check=True, timeout=120)
    return Image.open(shot).convert("RGB")


def memo_picture(run: Path, work: Path) -> Image.Image:
    """The first pages of the memo of a run, side by side."""
    memo = memo_of_run(run, work / "memo.pdf")
    command = ["pdftoppm", "-png", "-r", str(MEMO_DPI), "-l", str(MEMO_PAGES), str(memo)]
    subprocess.run([*command, str(work / "memo")], check=True, timeout=120)
    pages = [Image.open(path).convert("RGB") for path in sorted(work.glob("memo-*.png"))]
    joined = Image.new("RGB", (sum(p.width for p in pages), pages[0].height), "white")
    for number, page in enumerate(pages):
        joined.paste(page, (number * pages[0].width, 0))
    return joined


def save(picture: Image.Image, name: str) -> None:
    """Write a picture with few colours; refuse one that is large."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / name
    # By coverage, so that the colour of a thin line in a legend is kept too.
    few = picture.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise SystemExit(f"{path}: {size:,} bytes, more than {MOST_BYTES:,}")
    print(f"{path}: {picture.width} x {picture.height}, {size:,} bytes")


def main() -> None:
    """Make both."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    run = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        save(page_picture(run, Path(folder)), "page.png")
        save(memo_picture(run, Path(folder)), "memo.png")


if __name__ == "__main__":
    main()
