"""A headless Chromium for tests, spoken to through a pipe: no package besides Python's own.

The protocol is that of Chromium's developer tools: JSON messages with a zero byte after each.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# The numbers of the pipe's two ends in the browser: it reads commands from one, and writes to one.
COMMANDS, ANSWERS = 3, 4
# The keys that a test presses, each with what the browser needs to know of it.
KEYS = {
    "Tab": 9,
    "Enter": 13,
    "Escape": 27,
    " ": 32,
    "ArrowLeft": 37,
    "ArrowUp": 38,
    "ArrowRight": 39,
    "ArrowDown": 40,
    "Backspace": 8,
    "Delete": 46,
}
SHIFT = 8


class Chromium:
    """One browser with one page."""

    def __init__(self, folder: Path) -> None:
        """Start the browser; `folder` holds its profile."""
        found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
        assert found, f"the browser tests need one of {', '.join(BROWSERS)}; none is installed"
        their_commands, our_commands = os.pipe()
        our_answers, their_answers = os.pipe()
        # Beyond the two numbers they move to, so that neither overwrites the other.
        ends = [_above(end) for end in (their_commands, their_answers)]

        def hand_over() -> None:
            os.dup2(ends[0], COMMANDS)
            os.dup2(ends[1], ANSWERS)

        self._process = subprocess.Popen(
            [
                found,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--no-first-run",
                "--remote-debugging-pipe",
                f"--user-data-dir={folder / 'profile'}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=hand_over,  # noqa: PLW1509 - no threads here
            close_fds=False,
        )
        for end in ends:
            os.close(end)
        self._commands = os.fdopen(our_commands, "wb", buffering=0)
        self._answers = os.fdopen(our_answers, "rb")
        self._number = 0
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def close(self) -> None:
        """End the browser."""
        self._commands.close()
        self._answers.close()
        self._process.terminate()
        self._process.wait(timeout=30)

    def call(self, method: str, **params: Any) -> Any:
        """Return the answer to a command; what else is reported goes to `events`."""
        number = self._send(method, **params)
        while (answer := self._next()).get("id") != number:
            self.events.append(answer)
        assert "error" not in answer, (method, answer["error"])
        return answer["result"]

    def _send(self, method: str, **params: Any) -> int:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        self._commands.write(json.dumps(message).encode() + b"\0")
        return self._number

    def _next(self) -> dict[str, Any]:
        parts = bytearray()
        while not parts.endswith(b"\0"):
            parts += self._buffered()
        found: dict[str, Any] = json.loads(parts[:-1])
        if found.get("method") == "Page.javascriptDialogOpening":
            # The page warns of what a reload loses; whoever goes on has read it.
            self._send("Page.handleJavaScriptDialog", accept=True)
        return found

    def _buffered(self) -> bytes:
        """Return what is there, up to the end of a message and no further."""
        waiting = self._answers.peek()  # type: ignore[attr-defined]
        assert waiting, "the browser has ended"
        end = waiting.find(b"\0")
        found: bytes = self._answers.read(end + 1 if end >= 0 else len(waiting))
        return found

    def open(self, page: Path) -> None:
        """Open a file, and wait until it stands."""
        self.visit(page.as_uri())

    def visit(self, address: str) -> None:
        """Open an address, such as that of a place on a page, and wait until it stands."""
        self.events.clear()
        self.call("Page.navigate", url=address)
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._next())

    def evaluate(self, script: str) -> Any:
        """Return what an expression gives, awaited."""
        found = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def press(self, *keys: str, shift: bool = False) -> None:
        """Press keys one after the other, as a keyboard does."""
        for key in keys:
            shared = {
                "key": key,
                "windowsVirtualKeyCode": KEYS.get(key) or ord(key.upper()),
                "modifiers": SHIFT if shift else 0,
            }
            # A key that types gives its text; of the others Enter does.
            text = "\r" if key == "Enter" else key if len(key) == 1 else None
            down = shared | ({"text": text} if text else {})
            self.call("Input.dispatchKeyEvent", type="keyDown", **down)
            self.call("Input.dispatchKeyEvent", type="keyUp", **shared)

    def tap(self, x: float, y: float) -> None:
        """Touch the page at a place of the window, with one finger."""
        self.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def window(self, width: int, height: int, *, touch: bool = False) -> None:
        """Make the window so large, that of a phone where it is touched."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=touch,
        )
        self.call("Emulation.setTouchEmulationEnabled", enabled=touch)

    def reported(self, method: str) -> list[dict[str, Any]]:
        """Return what the browser reported of this kind since the page was opened."""
        return [event["params"] for event in self.events if event.get("method") == method]


def _above(end: int) -> int:
    """Return a file descriptor that the browser inherits, beyond those of its pipe."""
    copies = [end]
    while copies[-1] <= ANSWERS:
        copies.append(os.dup(copies[-1]))
    for copy in copies[:-1]:
        os.close(copy)
    os.set_inheritable(copies[-1], True)
    return copies[-1]
