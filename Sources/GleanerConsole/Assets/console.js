// What every page has: keys, times in the reader's zone, notices, and requests that come from this console.
// Other modules import from here; pages work without it.

/** What a module sends back with an action. */
const csrf = document.querySelector('meta[name="csrf"]')?.content ?? "";

/**
 * Posts a JSON object to an action.
 * @returns {Promise<any>} the answer's JSON, or null when there is none.
 * @throws {Refusal} when the server refuses; its message says what and how to mend it.
 */
export async function act(path, body, options = {}) {
  const response = await fetch(path, {
    method: "POST", credentials: "same-origin", ...options,
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf, Accept: "application/json" },
    body: JSON.stringify(body),
  });
  return answer(response);
}

/** Gets JSON. */
export async function ask(path, options = {}) {
  return answer(await fetch(path, { credentials: "same-origin", ...options, headers: { Accept: "application/json" } }));
}

export class Refusal extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

async function answer(response) {
  if (response.status === 204) return null;
  const body = await response.json().catch(() => null);
  if (response.ok) return body;
  if (response.status === 401) location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
  const error = body?.error;
  throw new Refusal(
    response.status, error?.code ?? "unreadable",
    error ? `${error.message} ${error.fix}` : `The server answered ${response.status}.`);
}

/** Says something at the edge of the page, and to a screen reader; with an action, such as Undo, when there is one. */
export function notice(text, action) {
  const box = document.createElement("div");
  box.append(text);
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action.name;
    button.addEventListener("click", () => { box.remove(); action.run(); });
    box.append(button);
  }
  document.querySelector("#notices")?.append(box);
  setTimeout(() => box.remove(), action ? 10_000 : 5_000);
  return box;
}

// MARK: Keys

const keys = new Map();
let waitsForPage = 0;

/** Whether keys go into a field instead. */
export function isTyping(target) {
  return target instanceof HTMLElement
    && (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName)
      || (target.tagName === "INPUT" && !/^(radio|checkbox|button|submit)$/.test(target.type)));
}

/**
 * Has a key do something on this page, and puts it on the sheet.
 * @param {string} key as KeyboardEvent.key says it
 * @param {string} meaning for the sheet; empty keeps it off
 */
export function onKey(key, meaning, run) {
  keys.set(key, run);
  const sheet = document.querySelector("[data-keys]");
  if (!meaning || !sheet) return;
  const row = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  const cap = document.createElement("kbd");
  cap.textContent = key === " " ? "Space" : key;
  head.append(cap);
  const cell = document.createElement("td");
  cell.textContent = meaning;
  row.append(head, cell);
  sheet.append(row);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (waitsForPage > Date.now()) {
    waitsForPage = 0;
    const link = [...document.querySelectorAll("[data-go]")].find((link) => link.dataset.go === event.key);
    if (link) {
      event.preventDefault();
      link.click();
    }
    return;
  }
  if (event.key === "g") { waitsForPage = Date.now() + 1500; return; }
  if (event.key === "?") {
    event.preventDefault();
    document.querySelector("#keys")?.showModal();
    return;
  }
  const run = keys.get(event.key);
  if (run) {
    event.preventDefault();
    run(event);
  }
});

/** j and k, or the arrows, go through the rows of a table; Enter opens the one they are on. */
export function walkRows(table) {
  const rows = () => [...table.querySelectorAll("tbody tr")];
  let at = -1;
  const go = (step) => {
    const all = rows();
    if (!all.length) return;
    at = Math.min(Math.max(at + step, 0), all.length - 1);
    for (const row of all) row.removeAttribute("aria-selected");
    all[at].setAttribute("aria-selected", "true");
    const link = all[at].querySelector("a");
    (link ?? all[at]).focus({ preventScroll: true });
    all[at].scrollIntoView({ block: "nearest" });
  };
  onKey("j", "next row", () => go(1));
  onKey("k", "row before", () => go(-1));
}

// MARK: Times and addresses

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** Shows times in the reader's zone and language; the page has them in UTC. */
export function localize(root = document) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const date = new Date(time.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    time.textContent = moment.format(date);
    time.title = time.dateTime;
  }
  for (const address of root.querySelectorAll("[data-absolute]")) {
    address.textContent = new URL(address.textContent, location.origin).href;
  }
}

localize();
for (const table of document.querySelectorAll("table[data-walk]")) walkRows(table);
