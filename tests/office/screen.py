"""The screen of a small laptop, for a LibreOffice with a window: a picture of it, and keys that are really pressed.

    with Screen() as screen, Office(screen=screen) as office, office.open(path) as book:
        book.go_to("Form", "D7")
        screen.type("Yes")
        screen.press("Return")
        screen.shoot(folder / "form.png")

Its display is Xvfb, its window manager openbox (else dialogs would get no keys); keys are sent by xdotool, pictures
written by ImageMagick.
"""

import contextlib
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

SIZE = (1366, 768)
END_SECONDS, TOOL_SECONDS, STILL_SECONDS = 20.0, 60.0, 20.0
LOOK_SECONDS, LOOKS = (
    0.06,
    4,
)  # how often it is looked at, and how many looks in a row must be alike
KEY_MILLISECONDS = 12
WINDOW_RULES = """<openbox_config xmlns="http://openbox.org/3.4/rc">
<focus><focusNew>yes</focusNew></focus></openbox_config>
"""  # and no keys of its own
PACKAGES = {
    "Xvfb": "xvfb",
    "openbox": "openbox",
    "xdotool": "xdotool",
    "convert": "imagemagick",
    "montage": "imagemagick",
}


class ScreenError(Exception):
    """There is no screen, or it does not come to rest."""


def find_tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise ScreenError(f"{name} is not installed (on Debian: {PACKAGES[name]})")
    return found


def why_missing(*tools: str) -> str | None:
    """Say why there can be no screen here, or nothing when there can."""
    try:
        for tool in tools or PACKAGES:
            find_tool(tool)
    except ScreenError as missing:
        return str(missing)
    return None


class Closing:
    """What is closed at the end of a `with` block."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        raise NotImplementedError


class Screen(Closing):
    """A display of its own with a window manager."""

    def __init__(self, size: tuple[int, int] = SIZE) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hrge-xl-screen-"))
        self.processes: list[subprocess.Popen[bytes]] = []
        self.environment = {"HOME": str(self.folder), "LC_ALL": "C.UTF-8"}
        shape = f"{size[0]}x{size[1]}x24"
        # Without -noreset the display would begin anew whenever its last program ends, and so lose the next one.
        display = self.start(
            *("Xvfb", "-displayfd", "1", "-screen", "0", shape, "-fbdir", str(self.folder)),
            *("-nolisten", "tcp", "-nocursor", "-noreset"),
        )
        assert display.stdout is not None
        number = display.stdout.readline().decode().strip()
        if not number:
            self.close()
            raise ScreenError("Xvfb did not start")
        self.environment["DISPLAY"] = self.name = f":{number}"
        rules = self.folder / "openbox.xml"
        rules.write_text(WINDOW_RULES, encoding="utf-8")
        self.start("openbox", "--config-file", str(rules))

    def start(self, tool: str, *arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [find_tool(tool), *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.processes.append(process)
        return process

    def close(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(END_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)

    def rest(self) -> bytes:
        """Wait until nothing moves any more and give what is shown, as an X window dump."""
        dump = self.folder / "Xvfb_screen0"
        before, alike, until = b"", 0, time.monotonic() + STILL_SECONDS
        while alike < LOOKS:
            if time.monotonic() > until:
                raise ScreenError("the screen does not come to rest")
            time.sleep(LOOK_SECONDS)
            now = dump.read_bytes()
            alike = alike + 1 if now == before else 0
            before = now
        return before

    def shoot(self, path: Path) -> Path:
        """Take a picture when nothing moves any more."""
        command = [find_tool("convert"), "xwd:-", "-strip", str(path)]
        subprocess.run(
            command, input=self.rest(), check=True, timeout=TOOL_SECONDS, capture_output=True
        )
        return path

    def press(self, *keys: str) -> None:
        self.keyboard("key", "--delay", str(KEY_MILLISECONDS), *keys)

    def type(self, text: str) -> None:
        self.keyboard("type", "--delay", str(KEY_MILLISECONDS), "--", text)

    def keyboard(self, *arguments: str) -> None:
        command = [find_tool("xdotool"), *arguments]
        subprocess.run(
            command, env=self.environment, check=True, timeout=TOOL_SECONDS, capture_output=True
        )
        self.rest()
