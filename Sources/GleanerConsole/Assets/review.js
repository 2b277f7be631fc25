// The review desk by keyboard: scores, moves between questions, keeps what is half done, and has the next item ready
// before it is wanted. Everything here also works by the page's own forms.

import { Refusal, ask, isTyping, notice, onKey } from "./console.js";

const csrf = document.querySelector('meta[name="csrf"]').content;

/** Sends fields as a form does. */
async function post(path, fields, options = {}) {
  const response = await fetch(path, {
    method: "POST", credentials: "same-origin", body: new URLSearchParams(fields),
    headers: { "X-CSRF-Token": csrf, Accept: "application/json" }, ...options,
  });
  if (response.status === 204) return null;
  const body = await response.json().catch(() => null);
  if (response.ok) return body;
  if (response.status === 401) location.assign("/sign-in?next=%2Freview");
  const error = body?.error;
  throw new Refusal(
    response.status, error?.code ?? "unreadable", error ? `${error.message} ${error.fix}` : `The server answered ${response.status}.`);
}

// MARK: The item on the page

const desk = () => document.querySelector("#desk");
const form = () => document.querySelector("#judgement");
const questions = () => [...document.querySelectorAll(".question")];
let at = 0;

function stand(index) {
  const all = questions();
  if (!all.length) return;
  at = Math.min(Math.max(index, 0), all.length - 1);
  for (const [place, question] of all.entries()) question.toggleAttribute("data-at", place === at);
  all[at].scrollIntoView({ block: "nearest" });
}

/** @param {number} points or the number of an option */
function score(points) {
  const question = questions()[at];
  const choice = question?.querySelectorAll("input")[points - 1];
  if (!choice || choice.type === "text") return;
  if (choice.type === "checkbox") choice.checked = !choice.checked;
  else choice.checked = true;
  touched();
  if (choice.type === "radio") stand(at + 1);
}

/** The fields as the server wants them: an answer that was not changed is no correction. */
function fields() {
  const data = new FormData(form());
  data.delete("csrf");
  const text = form().elements.correction;
  if (!text.value.trim() || text.value === text.dataset.original) data.delete("correction");
  return data;
}

function openItem() {
  const all = questions();
  const first = all.findIndex((question) => question.querySelector("[required]") && !question.querySelector("input:checked"));
  stand(first < 0 ? 0 : first);
  compare();
  scrollTo(0, 0);
}

// MARK: Keeping what is half done

let keeping;
const kept = (text) => { const place = document.querySelector("#kept"); if (place) place.textContent = text; };

function touched() {
  clearTimeout(keeping);
  keeping = setTimeout(keep, 600);
}

async function keep(options) {
  clearTimeout(keeping);
  keeping = undefined;
  if (!form()) return;
  try {
    await post("/review/draft", fields(), options);
    kept("kept");
  } catch (error) {
    kept(error.code === "lease_lost" ? "not yours any more" : "not kept");
  }
}

document.addEventListener("input", (event) => { if (event.target.closest?.("#judgement")) touched(); });
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden" && keeping) keep({ keepalive: true });
});

// MARK: What a correction changes

let comparing;

/** Below the correction, word by word; nothing while it says what the answer says. */
async function compare() {
  const [place, text] = [document.querySelector("#diff"), form()?.elements.correction];
  if (!place || !text) return;
  const written = text.value;
  if (!written.trim() || written === text.dataset.original) {
    place.replaceChildren();
    return;
  }
  const found = await post("/review/diff", { slot: desk().dataset.slot, correction: written }).catch(() => null);
  if (!found || text.value !== written || !place.isConnected) return;
  place.replaceChildren(...found.parts.map((part) => {
    const node = document.createElement({ added: "ins", removed: "del", same: "span" }[part.kind]);
    node.append(...part.runs.map((run) => {
      if (!run.isHidden) return run.text;
      const mark = document.createElement("span");
      mark.className = "hidden-mark";
      mark.title = "a character that cannot be seen";
      mark.textContent = run.text;
      return mark;
    }));
    return node;
  }));
}

document.addEventListener("input", (event) => {
  if (event.target.name !== "correction") return;
  clearTimeout(comparing);
  comparing = setTimeout(compare, 400);
});

// MARK: The next item

/** @type {Promise<Element | null> | undefined} the desk of the item that comes next; null when there is none */
let ahead;

async function load(slot) {
  const page = await fetch(slot ? `/review?slot=${slot}` : "/review", { credentials: "same-origin", headers: { Accept: "text/html" } });
  if (!page.ok || page.redirected) throw new Error("the page did not come");
  return new DOMParser().parseFromString(await page.text(), "text/html").querySelector("#desk");
}

function fetchAhead() {
  const shown = desk().dataset.slot;
  ahead = post("/review/next", { besides: shown })
    .then((lent) => (lent?.slot ? load(lent.slot) : null))
    .catch((error) => { notice(error.message); return null; });
}

function show(next) {
  desk().replaceWith(document.adoptNode(next));
  openItem();
}

/** What was sent last and has no answer yet: the server lends by what it knows to be done. */
let sending = Promise.resolve();

/**
 * Ends the item on the page with `path`, and shows the one that is ready at once; when the server refuses, the one before
 * comes back as it was.
 */
async function finish(path, data, words) {
  if (!form() || desk().hasAttribute("aria-busy")) return;
  clearTimeout(keeping);
  keeping = undefined;
  const leaving = desk();
  leaving.setAttribute("aria-busy", "true");
  await sending;
  const sent = post(path, data).then(() => null, (error) => error);
  sending = sent;
  const next = await (ahead ?? null);
  ahead = undefined;
  if (next) show(next);
  const error = await sent;
  leaving.removeAttribute("aria-busy");
  if (error && error.code !== "lease_lost") {
    notice(error.message);
    if (next) {
      ahead = Promise.resolve(desk());
      show(leaving);
    }
    return;
  }
  if (error) notice(error.message);
  else notice(words, { name: "Undo", run: undo });
  if (!next) await begin(true);
  else if (form()) fetchAhead();
}

function submit() {
  if (!form()) return;
  const missing = questions().findIndex((question) => {
    const wanted = question.querySelector("[required]");
    return wanted && (wanted.type === "radio" ? !question.querySelector("input:checked") : !wanted.value.trim());
  });
  if (missing >= 0) {
    stand(missing);
    notice("This question has no answer yet.");
    return;
  }
  finish("/review/submit", fields(), "Submitted.");
}

async function undo() {
  try {
    await sending;
    if (keeping) await keep();
    const lent = await post("/review/undo", {});
    // What was on the page is still at hand, and comes next.
    show(await load(lent.slot));
    fetchAhead();
  } catch (error) {
    notice(error.message);
  }
}

/** @param {boolean} goesOn whether an item was just ended, and its page must go */
async function begin(goesOn = false) {
  if (form() && !goesOn) return;
  try {
    const lent = await post("/review/next", {});
    if (!lent.slot) notice("Nothing waits for you at the moment.");
    if (lent.slot || goesOn) show(await load(lent.slot));
    if (form()) fetchAhead();
  } catch (error) {
    notice(error.message);
  }
}

// MARK: Leases

async function beat() {
  const held = [...document.querySelectorAll("#judgement")];
  const next = ahead && (await Promise.race([ahead, null]));
  const coming = next?.querySelector?.("#judgement");
  for (const one of coming ? [...held, coming] : held) {
    const { slot, token } = one.elements;
    post("/review/heartbeat", { slot: slot.value, token: token.value }).catch((error) => {
      if (one.isConnected && error.code === "lease_lost") notice("This item is not yours any more; it went to somebody else.");
    });
  }
}

const patience = 15 * 60_000; // milliseconds without a hand on anything, after which items go to somebody else
let touchedAt = Date.now();
for (const sign of ["keydown", "pointerdown", "pointermove", "input", "scroll"]) {
  addEventListener(sign, () => { touchedAt = Date.now(); }, { passive: true });
}

/** Three beats a lease: one may get lost. */
function beatLater() {
  setTimeout(() => {
    if (Date.now() - touchedAt < patience) beat();
    beatLater();
  }, Number(desk().dataset.lease) * 1000 / 3);
}
beatLater();

// MARK: The line on top

async function refresh() {
  if (document.hidden) return;
  const pace = await ask("/review/pace").catch(() => null);
  if (!pace) return;
  for (const name of ["today", "lastHour", "median"]) {
    const place = document.querySelector(`[data-pace="${name}"]`);
    if (place) place.textContent = pace[name];
  }
  const waiting = document.querySelector('[data-pace="waiting"]');
  if (waiting) waiting.textContent = pace.hasWaiting ? "more waits" : "nothing waits";
}
setInterval(refresh, 10_000);

// MARK: Keys

for (const points of [1, 2, 3, 4, 5, 6, 7, 8, 9]) onKey(`${points}`, "", () => score(points));
for (const key of ["j", "ArrowDown"]) onKey(key, "", () => stand(at + 1));
for (const key of ["k", "ArrowUp"]) onKey(key, "", () => stand(at - 1));
onKey("u", "", undo);
onKey("b", "", () => begin());
onKey("n", "", () => form()?.elements.comment.focus());
onKey("c", "", () => {
  if (!form()) return;
  const text = form().elements.correction;
  document.querySelector("#correcting").open = true;
  if (!text.value) text.value = text.dataset.original;
  text.focus();
  text.setSelectionRange(text.value.length, text.value.length);
});
for (const [key, id] of [["s", "#skipping"], ["d", "#declining"]]) {
  onKey(key, "", () => {
    const away = document.querySelector(id);
    if (!away) return;
    away.open = true;
    away.querySelector("input[name=reason]").focus();
  });
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape" && isTyping(event.target)) {
    event.target.blur();
    event.target.closest("details")?.removeAttribute(event.target.name === "reason" ? "open" : "data-left");
    return;
  }
  if (event.key !== "Enter" || !form()) return;
  const inField = isTyping(event.target);
  if (inField ? event.target.closest("#judgement") && (event.ctrlKey || event.metaKey) : !event.target.closest("a, button, summary")) {
    event.preventDefault();
    submit();
  }
});

document.addEventListener("submit", (event) => {
  const sent = event.target;
  const ways = {
    "/review/submit": () => submit(),
    "/review/skip": () => finish("/review/skip", reasoned(sent), "Skipped."),
    "/review/decline": () => finish("/review/decline", reasoned(sent), "Left to somebody else."),
    "/review/undo": () => undo(),
    "/review/next": () => begin(),
  };
  const way = ways[new URL(sent.action).pathname];
  if (!way) return;
  event.preventDefault();
  way();
});

function reasoned(sent) {
  const data = new FormData(sent);
  data.delete("csrf");
  return data;
}

// A radio that was clicked is where the keys go on from.
document.addEventListener("focusin", (event) => {
  const question = event.target.closest?.(".question");
  if (question) stand(questions().indexOf(question));
});

openItem();
if (form()) fetchAhead();
