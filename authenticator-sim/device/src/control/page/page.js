"use strict";

const KEPT = 300;
const AT_ONCE = 50;
const one = (id) => document.getElementById(id);
const notice = one("notice");

let token = location.hash.slice(1);
if (token) {
  sessionStorage.setItem("token", token);
  history.replaceState(null, "", location.pathname);
} else {
  token = sessionStorage.getItem("token") ?? "";
}
addEventListener("hashchange", () => location.reload());

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function complain(text) {
  notice.textContent = text;
  notice.hidden = !text;
}

async function ask(method, path, body) {
  const headers = { Authorization: `Bearer ${token}` };
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  if (answer.ok) return answer;
  const problem = await answer.json();
  throw Object.assign(new Error(`Failed to ${problem.title}. ${problem.help}`), { status: answer.status });
}

async function act(method, path, body) {
  try {
    await ask(method, path, body);
    complain("");
    refresh();
  } catch (error) {
    complain(error.message);
  }
}

for (const button of document.querySelectorAll("[data-gesture]")) {
  button.addEventListener("click", () => act("POST", "/v1/gestures", { gesture: button.dataset.gesture }));
}
one("port").addEventListener("click", () => act("POST", inserted ? "/v1/remove" : "/v1/insert"));
one("power").addEventListener("click", () => act("POST", "/v1/power-cycle"));

let inserted = true;

function show({ status, generation, asks, facts, flags }) {
  inserted = status.inserted;
  document.body.dataset.led = status.led;
  document.title = `${status.prompt ? "● " : ""}${status.name} · keyrig`;
  one("product").textContent = status.product;
  one("generation").textContent = generation;
  if (one("asks").textContent !== asks) one("asks").textContent = asks;
  one("port").textContent = inserted ? "Pull out" : "Put back";
  one("power").disabled = !inserted;
  one("facts").replaceChildren(...facts.flatMap(({ name, value }) => [
    element("dt", { textContent: name }),
    element("dd", { textContent: value, className: name === "AAGUID" ? "mono" : "" }),
  ]));
  one("flags").replaceChildren(...flags.map(({ flag, meaning, set, state }) =>
    element("li", { className: set ? "set" : "", title: `${meaning}: ${state}` },
      flag, element("span", { className: "unseen", textContent: `, ${meaning}: ${state}` }))));
}

let from = 0;
let count = 0;
one("earlier").addEventListener("click", () => turn(-AT_ONCE));
one("later").addEventListener("click", () => turn(AT_ONCE));

function turn(by) {
  from += by;
  refresh();
}

function list(first, credentials) {
  one("count").textContent = count ? count.toLocaleString("en") : "";
  one("no-credentials").hidden = count > 0;
  one("pages").hidden = count <= AT_ONCE;
  one("shown").textContent = `${(first + 1).toLocaleString("en")} to ${(first + credentials.length).toLocaleString("en")}`;
  one("earlier").disabled = first === 0;
  one("later").disabled = first + AT_ONCE >= count;
  one("credentials").replaceChildren(...credentials.map(({ id, place, who, about }) => {
    const remove = element("button", { type: "button", className: "delete", textContent: "Delete" });
    remove.setAttribute("aria-label", `Delete the credential of ${who} at ${place}`);
    remove.addEventListener("click", () => act("DELETE", `/v1/credentials/${id}`));
    const words = element("span", {}, element("strong", { textContent: place }),
      element("span", { className: "quiet", textContent: `${who} · ${about}` }));
    return element("li", {}, words, remove);
  }));
}

// One look at a time: of two, the older could be answered last.
let looking = null;
let stale = false;
function refresh() {
  stale = true;
  looking ??= look();
}

async function look() {
  while (stale) {
    await new Promise((resume) => setTimeout(resume, 30));
    stale = false;
    try {
      const view = await (await ask("GET", "/v1/view")).json();
      show(view);
      count = view.status.credentials;
      from = Math.max(0, Math.min(from, Math.floor((count - 1) / AT_ONCE) * AT_ONCE));
      const first = from;
      list(first, await (await ask("GET", `/v1/credentials?from=${first}&most=${AT_ONCE}`)).json());
    } catch (error) {
      complain(error.message);
    }
  }
  looking = null;
}

function tree(lines) {
  const top = element("ul", { className: "tree" });
  const open = [top];
  for (const { depth, name, text, note } of lines) {
    const item = element("li", {}, element("span", { className: "name", textContent: `${name} ` }));
    if (text) item.append(element("code", { textContent: text }));
    if (note) item.append(element("span", { className: "quiet", textContent: ` ${note}` }));
    open.length = depth + 1;
    open[depth].append(item);
    open.push(element("ul", { className: "tree" }));
    item.append(open[depth + 1]);
  }
  top.querySelectorAll(".tree:empty").forEach((list) => list.remove());
  return top;
}

function row(entry) {
  const time = element("time", { textContent: (entry.at_ms / 1000).toFixed(3) });
  if (entry.event !== "message") {
    const ours = entry.event === "asks" || entry.event === "did" ? " us" : "";
    return element("li", {}, time, element("span", { textContent: "" }),
      element("span", { className: `word${ours}`, textContent: entry.said }));
  }
  const host = entry.from === "host";
  const way = element("span", { className: "way" }, element("span", { ariaHidden: "true", textContent: host ? "→" : "←" }),
    element("span", { className: "unseen", textContent: host ? "host:" : "key:" }));
  const line = entry.said;
  if (!entry.payload) return element("li", {}, time, way, element("span", { className: "word", textContent: line }));
  const inside = entry.lines?.length
    ? tree(entry.lines)
    : element("ul", { className: "tree" }, element("li", {}, element("code", { textContent: entry.payload })));
  const heading = element("summary", { textContent: line, title: `channel ${entry.channel}` });
  return element("li", {}, time, way, element("details", {}, heading, inside));
}

let last = 0;
function take(event) {
  const data = event.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trimStart()).join("\n");
  if (!data || !/^event: ?entry$/m.test(event)) return;
  const entry = JSON.parse(data);
  last = entry.number;
  const log = one("log");
  log.prepend(row(entry));
  while (log.childElementCount > KEPT) log.lastElementChild.remove();
  refresh();
}

async function follow() {
  for (;;) {
    try {
      const reader = (await ask("GET", `/v1/log/follow?after=${last}`)).body.pipeThrough(new TextDecoderStream()).getReader();
      complain("");
      refresh();
      let text = "";
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        text += part.value;
        const events = text.split("\n\n");
        text = events.pop();
        events.forEach(take);
      }
    } catch (error) {
      if (error.status === 401) {
        complain("This page needs its token: open the whole link that keyrig plug prints.");
        return;
      }
    }
    document.body.dataset.led = "off";
    one("asks").textContent = "It was unplugged.";
    complain("The key was unplugged. This page goes on when it is back at the same port.");
    await new Promise((resume) => setTimeout(resume, 2000));
  }
}

follow();
