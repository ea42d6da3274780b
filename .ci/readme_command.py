"""Print a command of README.md as it stands there: `python3 .ci/readme_command.py solve|test`.

The agreement with README.md: inside ```bash fences exactly two lines start with `python3 -m venv`,
each a whole command; the first solves a shipped scenario, the second runs the tests.
"""

import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
NAMES = ("solve", "test")


def readme_commands(text: str) -> dict[str, str]:
    lines: list[str] = []
    fenced = False
    for line in text.splitlines():
        if line.startswith("```"):
            fenced = not fenced and line.rstrip() == "```bash"
        elif fenced and line.startswith("python3 -m venv"):
            lines.append(line)
    if len(lines) != len(NAMES):
        raise SystemExit(f"README.md holds {len(lines)} commands to run, not {len(NAMES)}")
    return dict(zip(NAMES, lines, strict=True))


if __name__ == "__main__":
    print(readme_commands(README.read_text(encoding="utf-8"))[sys.argv[1]])
