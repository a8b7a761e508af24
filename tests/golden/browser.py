"""A real Chromium, driven through its debugging pipe:
nothing is installed for it and no port is opened.

    with Browser("/usr/bin/chromium") as browser:
        page = browser.open("/tmp/page.html", width=390, height=844, dark=True)
        page.press("Tab"); page.value("document.title"); page.picture("#bars")
"""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
import zlib

# Scrolls an element into sight and waits for its click: where its middle is. Two frames, so that
# what the scrolling moves has moved.
AIM = """async element => {
  element.scrollIntoView({ block: 'center', behavior: 'instant' });
  for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
  window.clickArrived = false;
  const arrived = () => { window.clickArrived = true };
  element.addEventListener('click', arrived, { capture: true, once: true });
  const box = element.getBoundingClientRect();
  return [box.left + box.width / 2, box.top + box.height / 2];
}"""
# Scrolls to an element: the part of it that the window holds.
FRAME = """element => {
  element.scrollIntoView({ block: 'start', behavior: 'instant' });
  const box = element.getBoundingClientRect(), top = Math.max(0, box.top);
  const height = Math.min(box.bottom, innerHeight) - top;
  return { x: box.left + scrollX, y: top + scrollY, width: box.width, height, scale: 1 };
}"""


class Browser:
    def __init__(self, chromium):
        self.profile = tempfile.mkdtemp(prefix="convgauge-chromium-")
        to_browser, self.write_end = os.pipe()
        self.read_end, from_browser = os.pipe()
        # The browser reads descriptor 3 and writes descriptor 4.
        # Both pipes are first moved out of their way.
        inner = [os.dup2(end, 100 + i) for i, end in enumerate((to_browser, from_browser))]
        command = f'exec "$0" "$@" 3<&{inner[0]} 4>&{inner[1]} {inner[0]}<&- {inner[1]}>&-'
        arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--force-color-profile=srgb",
            "--disable-lcd-text",
            f"--user-data-dir={self.profile}",
            "--remote-debugging-pipe",
            "about:blank",
        ]
        # bash, for sh may know no descriptors of two digits and more.
        self.process = subprocess.Popen(
            ["bash", "-c", command, chromium, *arguments],
            pass_fds=inner,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for end in (to_browser, from_browser, *inner):
            os.close(end)
        self.buffer, self.number, self.events = b"", 0, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.send("Browser.close")
            self.process.wait(10)
        except (OSError, RuntimeError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        os.close(self.write_end)
        os.close(self.read_end)
        shutil.rmtree(self.profile, ignore_errors=True)

    def message(self, deadline):
        while b"\0" not in self.buffer:
            if not select.select([self.read_end], [], [], max(0, deadline - time.monotonic()))[0]:
                raise RuntimeError("the browser does not answer")
            more = os.read(self.read_end, 1 << 20)
            if not more:
                raise RuntimeError("the browser ended")
            self.buffer += more
        line, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(line)

    def send(self, method, session=None, timeout=60, **parameters):
        self.number += 1
        message = {
            "id": self.number,
            "method": method,
            "params": parameters,
            **({"sessionId": session} if session else {}),
        }
        os.write(self.write_end, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + timeout
        while True:
            answer = self.message(deadline)
            if answer.get("id") != self.number:
                self.events.append(answer)
            elif "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']['message']}")
            else:
                return answer["result"]

    def open(self, path, **how):
        return Page(self, path, **how)


class Page:
    """One page in a window of its own. `errors`:
    what the console said, and what no script caught."""

    def __init__(self, browser, path, width=1200, height=900, dark=False, query=""):
        self.browser = browser
        target = browser.send("Target.createTarget", url="about:blank")["targetId"]
        self.target, self.session = (
            target,
            browser.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"],
        )
        for domain in ("Page", "Runtime", "Log"):
            self.send(domain + ".enable")
        self.resize(width, height)
        self.media("dark" if dark else "light")
        started = time.monotonic()
        self.send("Page.navigate", url=f"file://{path}{query}")
        self.wait(
            "document.readyState === 'complete' && (document.documentElement.dataset.ready ||"
            " document.documentElement.dataset.error)"
        )
        self.load_s = time.monotonic() - started

    def send(self, method, **parameters):
        return self.browser.send(method, self.session, **parameters)

    def resize(self, width, height):
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 500,
        )

    def media(self, scheme, kind=""):
        self.send(
            "Emulation.setEmulatedMedia",
            media=kind,
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )

    def value(self, expression):
        result = self.send(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in result:
            raise RuntimeError(
                f"{expression}:"
                f" {result['exceptionDetails'].get('exception', {}).get('description')}"
            )
        return result["result"].get("value")

    def call(self, function, selector):
        """What a JavaScript function makes of the element that `selector` names."""
        return self.value(f"({function})(document.querySelector({json.dumps(selector)}))")

    def wait(self, condition, seconds=60):
        deadline = time.monotonic() + seconds
        while not self.value(condition):
            if time.monotonic() > deadline:
                raise RuntimeError(f"never came: {condition}")
            time.sleep(0.02)

    def press(self, key):
        codes = {
            "Tab": 9,
            "Enter": 13,
            "Escape": 27,
            " ": 32,
            "PageUp": 33,
            "PageDown": 34,
            "End": 35,
            "Home": 36,
            "ArrowLeft": 37,
            "ArrowUp": 38,
            "ArrowRight": 39,
            "ArrowDown": 40,
        }
        more = {
            "key": key,
            "code": key,
            "windowsVirtualKeyCode": codes[key],
            **({"text": "\r"} if key == "Enter" else {}),
        }
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, **more)

    def click(self, selector):
        """Once: on a loaded machine the browser may take the place that it was told for that of a
        moment ago, and the click goes beside the element. Then it is made again."""
        for _ in range(5):
            place = self.call(AIM, selector)
            for kind in ("mousePressed", "mouseReleased"):
                self.send(
                    "Input.dispatchMouseEvent",
                    type=kind,
                    x=place[0],
                    y=place[1],
                    button="left",
                    clickCount=1,
                )
            try:
                return self.wait("window.clickArrived", 8)
            except RuntimeError:
                continue
        raise RuntimeError(f"no click arrives at {selector}")

    def picture(self, selector=None):
        """PNG of one element as far as the window holds it, of the window without a selector."""
        if not selector:
            return base64.b64decode(self.send("Page.captureScreenshot")["data"])
        # Scrolled to, not captured beyond the window:
        # that would make the window taller, and what depends on its height.
        box = self.call(FRAME, selector)
        return base64.b64decode(self.send("Page.captureScreenshot", clip=box)["data"])

    def errors(self):
        told = []
        for event in self.browser.events:
            if event.get("sessionId") != self.session:
                continue
            what, details = event.get("method"), event.get("params", {})
            if what == "Runtime.consoleAPICalled":
                told.append(
                    " ".join(str(a.get("value", a.get("description"))) for a in details["args"])
                )
            elif what == "Runtime.exceptionThrown":
                told.append(
                    details["exceptionDetails"]
                    .get("exception", {})
                    .get("description", "an exception")
                )
            elif what == "Log.entryAdded":
                told.append(details["entry"]["text"])
        return told

    def close(self):
        self.browser.send("Target.closeTarget", targetId=self.target)


def pixels(png):
    """Width, height and rows of (R, G, B) bytes of an 8-bit PNG without interlace,
    as Chromium writes them."""
    at, data, header = 8, b"", b""
    while at < len(png):
        size, kind = int.from_bytes(png[at : at + 4], "big"), png[at + 4 : at + 8]
        if kind == b"IHDR":
            header = png[at + 8 : at + 8 + size]
        elif kind == b"IDAT":
            data += png[at + 8 : at + 8 + size]
        at += 12 + size
    width, height, channels = (
        int.from_bytes(header[:4], "big"),
        int.from_bytes(header[4:8], "big"),
        {2: 3, 6: 4}[header[9]],
    )
    raw, stride, above, rows = (
        zlib.decompress(data),
        width * channels,
        bytearray(width * channels),
        [],
    )
    for y in range(height):
        kind, line = raw[y * (stride + 1)], bytearray(
            raw[y * (stride + 1) + 1 : (y + 1) * (stride + 1)]
        )
        for i in range(stride if kind else 0):
            left = line[i - channels] if i >= channels else 0
            corner = above[i - channels] if i >= channels else 0
            if kind == 4:
                guess = left + above[i] - corner
                near = min(
                    (abs(guess - left), 0, left),
                    (abs(guess - above[i]), 1, above[i]),
                    (abs(guess - corner), 2, corner),
                )[2]
            else:
                near = (left, above[i], (left + above[i]) // 2)[kind - 1]
            line[i] = (line[i] + near) & 255
        rows.append(
            bytes(line) if channels == 3 else bytes(b for i, b in enumerate(line) if i % 4 != 3)
        )
        above = line
    return width, height, rows


def colours(png):
    """How many pixels of each colour."""
    counts = {}
    for row in pixels(png)[2]:
        for i in range(0, len(row), 3):
            counts[row[i : i + 3]] = counts.get(row[i : i + 3], 0) + 1
    return counts
