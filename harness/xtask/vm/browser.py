"""A real browser goes through ceremonies on a page of our own relying party, with the key that this machine sees.

    browser.py chromium|chromium-in-a-window|firefox URL CEREMONY…

Chromium is driven through ChromeDriver, Firefox through Marionette; nothing in either is replaced, and nobody but the
key answers. A window is on an X server without a screen, and typed into by that server's keyboard. A ceremony is the
name of a function below; one that goes wrong raises.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

PIN = "24681357"
USER = "alice@corp.example.com"
SECONDS = 600

# What a page does: asks the relying party for options, the browser for an answer, the relying party for a verdict.
CEREMONIES = """
async function post(path, body) {
  const headers = {"content-type": "application/json"};
  const answer = await fetch(path, {method: "POST", headers, body: JSON.stringify(body)});
  return answer.json();
}
async function register(username, wishes) {
  const options = await post("/attestation/options", {username, displayName: "Alice", ...wishes});
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const made = (await navigator.credentials.create({publicKey})).toJSON();
  return {verdict: await post("/attestation/result", made), credential: made};
}
async function signIn(wishes) {
  const options = await post("/assertion/options", wishes);
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const signed = (await navigator.credentials.get({publicKey})).toJSON();
  const verdict = await post("/assertion/result", signed);
  const session = await (await fetch("/session")).json();
  return {verdict, session, credential: signed};
}
async function waiting() {
  const there = await PublicKeyCredential.isConditionalMediationAvailable();
  if (!there) return {there};
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await post("/assertion/options", {}));
  const stop = new AbortController();
  const asked = navigator.credentials.get({publicKey, mediation: "conditional", signal: stop.signal});
  const first = await Promise.race([asked.then(() => "answered"), new Promise(done => setTimeout(() => done("waits"), 3000))]);
  stop.abort();
  return {there, first, end: await asked.then(() => "answered", error => error.name)};
}
"""


class Refused(Exception):
    """What a browser's driver says no to."""


class Chromium:
    # Tabs and toolbars, of which an app has none, are most of the work until a page is open: on a slow machine they
    # left none of the processor to the page, which then was not open after five minutes.
    LOOK = ["--headless=new", "--app=data:,"]

    def __init__(self):
        self.started = []
        self.session = None

    def start(self, program, **wishes):
        self.started.append(subprocess.Popen(program, stdout=subprocess.DEVNULL, **wishes))

    def launch(self):
        self.start(["chromedriver", "--port=9515"])
        until(lambda: self.ask("GET", "/status")["ready"], OSError)
        arguments = [*self.LOOK, "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
        arguments += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
        options = {"binary": "/usr/bin/chromium", "args": [*arguments, "--user-data-dir=/run/desk/chromium"]}
        # ChromeDriver gives a browser 60 s to start, which an emulated machine that reads it for the first time exceeds.
        options["browserStartupTimeout"] = SECONDS * 1000
        wanted = {"alwaysMatch": {"goog:chromeOptions": options}}
        self.session = "/session/" + self.ask("POST", "/session", {"capabilities": wanted})["sessionId"]
        self.ask("POST", self.session + "/timeouts", {"script": SECONDS * 1000, "pageLoad": SECONDS * 1000})

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", 9515, timeout=SECONDS)
        connection.request(method, path, None if body is None else json.dumps(body), {"content-type": "application/json"})
        value = json.load(connection.getresponse())["value"]
        if isinstance(value, dict) and "error" in value:
            raise Refused(value["message"])
        return value

    def open(self, url):
        self.ask("POST", self.session + "/url", {"url": url})

    def script(self, source):
        return self.ask("POST", self.session + "/execute/sync", {"script": source, "args": []})

    def close(self):
        try:
            if self.session:
                self.ask("DELETE", self.session)
        finally:
            for program in reversed(self.started):
                program.kill()
                program.wait()


class ChromiumInAWindow(Chromium):
    LOOK = ["--window-size=1000,700"]

    def launch(self):
        os.environ["DISPLAY"] = ":9"
        screen = ["Xvfb", ":9", "-screen", "0", "1024x768x24"]
        # Without a window manager no window has the keyboard's focus.
        for program in (screen, ["openbox", "--config-file", "/dev/null"]):
            self.start(program, stderr=subprocess.DEVNULL)
            until(lambda: subprocess.run(["xdotool", "getmouselocation"], capture_output=True).returncode == 0)
        super().launch()

    def type(self, text):
        """Into the field that has the focus, whatever it holds."""
        for words in (["key", "ctrl+a"], ["type", "--delay", "100", text], ["key", "Return"]):
            subprocess.run(["xdotool", *words], check=True)


class Firefox:
    PREFERENCES = {
        "security.webauth.webauthn_enable_usbtoken": True,
        "security.webauth.webauthn_enable_softtoken": False,
        "devtools.jsonview.enabled": False,
        "app.update.enabled": False,
        "datareporting.policy.dataSubmissionEnabled": False,
        "browser.shell.checkDefaultBrowser": False,
    }

    def __init__(self):
        self.browser = None

    def launch(self):
        profile = "/run/desk/firefox"
        os.makedirs(profile)
        with open(profile + "/user.js", "w") as file:
            file.writelines(f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in self.PREFERENCES.items())
        command = ["firefox-esr", "--headless", "--marionette", "--no-remote", "--profile", profile]
        self.browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.socket = until(lambda: socket.create_connection(("127.0.0.1", 2828), timeout=SECONDS), OSError)
        self.lines, self.count = self.socket.makefile("rb"), 0
        self.receive()
        wanted = {"alwaysMatch": {"unhandledPromptBehavior": "ignore"}}
        self.ask("WebDriver:NewSession", capabilities=wanted)
        self.ask("WebDriver:SetTimeouts", script=SECONDS * 1000, pageLoad=SECONDS * 1000)

    def receive(self):
        length = b""
        while not length.endswith(b":"):
            byte = self.lines.read(1)
            if not byte:
                raise EOFError("Firefox has ended")
            length += byte
        return json.loads(self.lines.read(int(length[:-1])))

    def ask(self, command, **parameters):
        self.count += 1
        message = json.dumps([0, self.count, command, parameters]).encode()
        self.socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, value = self.receive()
        if error:
            raise Refused(error["message"])
        return value

    def open(self, url):
        self.ask("WebDriver:Navigate", url=url)

    def script(self, source):
        return self.ask("WebDriver:ExecuteScript", script=source, args=[])["value"]

    def close(self):
        if self.browser:
            self.browser.kill()
            self.browser.wait()


def until(work, *passing):
    """What `work` returns, once it is something and raises none of `passing` any more."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            if value := work():
                return value
        except passing:
            if time.monotonic() > end:
                raise
        if time.monotonic() > end:
            raise TimeoutError("nothing came of it")
        time.sleep(0.2)


def begin(browser, call):
    browser.script(f"{CEREMONIES}; window.found = null; {call}.then(v => window.found = [v], e => window.found = [String(e)])")


def end(browser):
    return until(lambda: browser.script("return window.found"), Refused)[0]


def run(browser, call):
    """What the page's function gives."""
    begin(browser, call)
    return end(browser)


def accepted(found):
    assert isinstance(found, dict) and found["verdict"]["status"] == "ok", found
    return found


def wishes(verification, discoverable):
    selection = {"userVerification": verification, "residentKey": discoverable}
    return json.dumps({"attestation": "none", "authenticatorSelection": selection})


def create_and_get(browser):
    """A registration and a sign-in, both judged by the relying party; no transport but USB is believed."""
    made = accepted(run(browser, f"register('{USER}', {wishes('discouraged', 'discouraged')})"))
    assert "usb" in made["credential"]["response"]["transports"], made
    signed = accepted(run(browser, f"signIn({{username: '{USER}', userVerification: 'discouraged'}})"))
    assert signed["credential"]["id"] == made["credential"]["id"] and USER in json.dumps(signed["session"]), signed


def a_key_twice(browser):
    """The relying party excludes what it knows, and the browser sees that the key has it already."""
    found = run(browser, f"register('{USER}', {wishes('discouraged', 'discouraged')})")
    assert "InvalidStateError" in str(found), found


def a_finger(browser):
    """What is built into the key verifies the user; nobody says who they are, the credential does."""
    made = accepted(run(browser, f"register('{USER}', {wishes('required', 'required')})"))
    signed = accepted(run(browser, "signIn({userVerification: 'required'})"))
    assert signed["credential"]["id"] == made["credential"]["id"] and USER in json.dumps(signed["session"]), signed


def a_pin(browser):
    """A PIN, typed into the browser's own dialogue, verifies the user; after a wrong one it asks again."""
    begin(browser, f"register('{USER}', {wishes('required', 'discouraged')})")
    type_until(browser, "00000000", lambda: tries() < 8)
    type_until(browser, PIN, lambda: tries() == 8)
    made = accepted(end(browser))
    assert "usb" in made["credential"]["response"]["transports"], made


def type_until(browser, pin, heard):
    """What the key says of its PIN tells whether a dialogue heard it: one that is not drawn yet hears nothing.

    Who types again too soon types a wrong one twice, so each time it waits longer.
    """
    patience = 10
    while not heard():
        browser.type(pin)
        later = time.monotonic() + patience
        while not heard() and time.monotonic() < later:
            time.sleep(2)
        patience *= 2
        assert patience < SECONDS, "no dialogue takes the PIN"


def tries():
    """How many tries the key has left for its PIN: 8, until a wrong one comes."""
    status = subprocess.run(["keyrig", "key", "status", "--json"], capture_output=True, text=True, check=True)
    return json.loads(status.stdout)["pin_retries"]


def conditional(browser):
    """A request that waits in the background, until the page takes it back."""
    found = run(browser, "waiting()")
    assert found == {"there": True, "first": "waits", "end": "AbortError"}, found


def main(name, url, *ceremonies):
    begun = time.monotonic()
    address = (urlsplit(url).hostname, urlsplit(url).port)
    until(lambda: socket.create_connection(address).close() or True, OSError)
    browser = {"chromium": Chromium, "chromium-in-a-window": ChromiumInAWindow, "firefox": Firefox}[name]()
    try:
        browser.launch()
        print(f"{name} is there after {time.monotonic() - begun:.0f} s", flush=True)
        for ceremony in ceremonies:
            browser.open(url)
            globals()[ceremony](browser)
            print(f"{ceremony}: as it should be, after {time.monotonic() - begun:.0f} s", flush=True)
    finally:
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
