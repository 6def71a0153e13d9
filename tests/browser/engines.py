"""Firefox and WebKit, as this machine has them: found, started, asked."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import jupyter
from playwright.sync_api import sync_playwright
from selenium import webdriver
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

# WebKit's driver has no log: what goes wrong is collected in the page, from its start.
LISTEN = """<script>
window.trouble = [];
const wrong = ({ message, target }) => trouble.push(message ?? `no ${target.src}`);
addEventListener("error", wrong, true);
addEventListener("unhandledrejection", ({ reason }) => trouble.push(`${reason}`));
for (const name of ["error", "warn"]) {
  console[name] = (...said) => trouble.push(said.join(" "));
}
window.fetch = async (address) => trouble.push(`asked for ${address}`);
</script>"""
DEBIAN = {
    "chromium": "chromium",
    "firefox": "firefox-esr",
    "webkit": "webkit2gtk-driver and xvfb",
}
KEYS = {
    "ArrowDown": Keys.ARROW_DOWN,
    "ArrowLeft": Keys.ARROW_LEFT,
    "ArrowRight": Keys.ARROW_RIGHT,
    "ArrowUp": Keys.ARROW_UP,
    "End": Keys.END,
    "Enter": Keys.ENTER,
    "Shift": Keys.SHIFT,
    "Space": Keys.SPACE,
}
FIREFOX = ("firefox-esr", "firefox")


def firefox():
    """Return the path of this machine's Firefox, or None."""
    return next(filter(None, map(shutil.which, FIREFOX)), None)


def webkit():
    """Return the paths of WebKit's driver, its browser and Xvfb, or None."""
    minibrowser = max(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"), default="")
    paths = shutil.which("WebKitWebDriver"), minibrowser, shutil.which("Xvfb")
    return paths if all(paths) else None


@contextmanager
def playwrights(engine):
    """Yield a headless "chromium" or "firefox", by playwright.

    It is the machine's own Firefox, which playwright asks by WebDriver BiDi.
    """
    if engine == "chromium":
        with jupyter.browser() as started:
            yield started
        return
    with sync_playwright() as playwright:
        started = playwright.firefox.launch(
            channel="moz-firefox",
            executable_path=firefox(),
            timeout=jupyter.START * 1000,
        )
        try:
            yield started
        finally:
            started.close()


@contextmanager
def screen():
    """Yield the name of an X display that nobody sees."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-nolisten", "tcp"]
    command += ["-screen", "0", "1400x1200x24"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as number:
            yield f":{number.readline().strip()}"
    finally:
        server.terminate()
        server.wait(jupyter.ANSWER)


@contextmanager
def webkits():
    """Yield WebKit, Safari's engine, by selenium, in a window that nobody sees."""
    driver, minibrowser, _ = webkit()
    with screen() as display:
        options = Options()
        options.binary_location = str(minibrowser)
        options.add_argument("--automation")
        service = Service(driver, env=dict(os.environ, DISPLAY=display))
        started = webdriver.WebKitGTK(options=options, service=service)
        try:
            yield started
        finally:
            started.quit()


class Page:
    """As much of playwright's page, over selenium, as the core's tests ask of it."""

    ASK = """const [source, value, done] = arguments;
    (async () => {
      const given = (0, eval)(`(${source})`);
      return typeof given === "function" ? given(value) : given;
    })().then((answer) => done([answer, null]), (error) => done([null, `${error}`]));"""

    def __init__(self, driver):
        self.driver = driver
        self.listeners = {}

    def evaluate(self, source, value=None):
        answer, error = self.driver.execute_async_script(self.ASK, source, value)
        if error:
            raise RuntimeError(error)
        return answer

    def locator(self, selector):
        return Nodes(self, self.driver.find_elements("css selector", selector))

    def on(self, event, listener):
        self.listeners[event] = listener

    def remove_listener(self, event, listener):
        """Tell what went wrong since the last one who listened was told."""
        if event == "pageerror":
            for words in self.driver.execute_script("return trouble.splice(0)"):
                listener(words)


class Nodes:
    def __init__(self, page, found):
        self.page, self.found = page, found

    def all(self):
        return [Nodes(self.page, [node]) for node in self.found]

    def evaluate(self, function):
        (node,) = self.found
        return self.page.driver.execute_script(
            f"return ({function})(arguments[0])", node
        )

    def count(self):
        return len(self.found)

    def get_attribute(self, name):
        return self.evaluate(f"(node) => node.getAttribute('{name}')")

    def press(self, key):
        (node,) = self.found
        node.send_keys(*(KEYS.get(part, part) for part in key.split("+")))

    def fill(self, value):
        self.evaluate(f"""(node) => {{
          node.value = "{value}";
          node.dispatchEvent(new Event("input", {{ bubbles: true }}));
        }}""")

    def text_content(self):
        return self.evaluate("(node) => node.textContent")


@contextmanager
def blank(engine):
    """Yield an empty page in one of the three engines, without a network."""
    if engine == "webkit":
        with webkits() as driver, tempfile.TemporaryDirectory() as folder:
            empty = Path(folder, "empty.html")
            empty.write_text(LISTEN)
            driver.get(empty.as_uri())
            yield Page(driver)
        return
    with playwrights(engine) as started:
        yield started.new_context(offline=True).new_page()
