// The exchanges pages: what has come since, a search that goes on by itself, and keys. They read without it.
import { ask, localize, notice, onKey } from "/assets/console.js";

const every = 5_000;

// MARK: What has come since

const fresh = document.querySelector("#new");
if (fresh) {
  const link = fresh.querySelector("a");
  const query = fresh.dataset.query ? `${fresh.dataset.query}&` : "";
  const look = async () => {
    if (document.hidden) return;
    const answer = await ask(`/exchanges/new?${query}after=${fresh.dataset.after}`).catch(() => null);
    if (!answer || answer.count === 0) return;
    const many = answer.count >= 99 ? "99 or more" : `${answer.count}`;
    const text = `${many} new ${answer.count === 1 ? "exchange" : "exchanges"}: show`;
    if (link.textContent !== text) link.textContent = text;
    fresh.hidden = false;
  };
  setInterval(look, every);
  onKey("r", "show what is new", () => link.click());
}

// MARK: A search that goes on

/** Fetches what follows until the page is full, all is searched, or somebody says stop. */
async function goOn(cut) {
  const body = document.querySelector("table.found tbody");
  let stopped = false;
  const stop = document.createElement("button");
  stop.type = "button";
  stop.className = "small";
  stop.textContent = "Stop";
  stop.addEventListener("click", () => { stopped = true; });
  cut.append(" ", stop);
  let looked = 0;
  while (!stopped && cut.dataset.next && body.rows.length < 50) {
    const response = await fetch(cut.dataset.next, { credentials: "same-origin", headers: { Accept: "text/html" } });
    if (!response.ok) break;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const row of page.querySelectorAll("table.found tbody tr")) body.append(document.adoptNode(row));
    const next = page.querySelector("#cut");
    const older = page.querySelector('a[rel="next"]');
    looked += 1;
    if (next) {
      cut.dataset.next = next.dataset.next;
      cut.replaceChildren("Searching, back to ", document.adoptNode(next.querySelector("time")), " so far. ", stop);
    } else {
      cut.remove();
      if (older) document.querySelector('nav[aria-label="Pages of the list"]')?.append(document.adoptNode(older));
      break;
    }
    localize();
  }
  localize();
  if (cut.isConnected) {
    const link = document.createElement("a");
    link.href = cut.dataset.next;
    link.textContent = "Go on from there";
    stop.replaceWith(link);
  } else if (body.rows.length === 0) {
    notice("All is searched: nothing meets this.");
  }
}

const cut = document.querySelector("#cut");
if (cut) goOn(cut);

// MARK: Keys

const search = document.querySelector("[data-search]");
if (search) {
  onKey("/", "search", () => { search.focus(); search.select(); });
  onKey("n", "older", () => document.querySelector('a[rel="next"]')?.click());
}
const turn = (name) => document.querySelector(`[data-${name}]`);
if (turn("previous") || turn("following")) {
  onKey("[", "turn before", () => turn("previous")?.click());
  onKey("]", "next turn", () => turn("following")?.click());
}
if (document.querySelector(".talk")) onKey("u", "back to the list", () => history.length > 1 ? history.back() : location.assign("/exchanges"));
