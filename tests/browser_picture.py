"""A picture of the trainer in a real Chromium, for the documentation: ``python -m tests.browser_picture docs/browser.png``.

The core pack's first exercise, passed with a browser's keyboard on the recording. Nothing of the learner's own data is read.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.browser.chromium import BROWSER_NEEDED, SIZE, Tab, chromium, served
from tests.browser.flow import open_exercise, run_and_pass, type_passing_rule

SETTLE_MS = 1500


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: python -m tests.browser_picture FILE.png", file=sys.stderr)
        return 2
    if BROWSER_NEEDED:
        print(f"error: not on this machine: {', '.join(BROWSER_NEEDED)}", file=sys.stderr)
        print("next: pip install -e '.[dev]', and your system's chromium", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as home, served(Path(home)) as server, chromium() as browser:
        tab = Tab(browser.new_context(viewport={"width": SIZE[0], "height": SIZE[1]}), server.address)
        open_exercise(tab)
        type_passing_rule(tab)
        run_and_pass(tab)
        tab.page.wait_for_timeout(SETTLE_MS)
        tab.page.screenshot(path=sys.argv[1])
    return 0


if __name__ == "__main__":
    sys.exit(main())
