// The feedback page while it is open: what comes in appears on top, unless somebody stops it.
import { ask, localize, onKey } from "/assets/console.js";

const follow = document.querySelector("#follow");
const feed = document.querySelector("#feed");
const button = follow?.querySelector("button");
const pause = 5_000; // milliseconds between two questions
const most = 500; // rows that the page keeps
let isFollowing = true;

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const badge = (text, tone = "") => element("span", { class: `badge ${tone}`, dir: "auto" }, ...[text].flat());

/** What somebody wrote, with escapes for what nobody would see. */
const visible = (parts) => parts.map((part) => part.isHidden
  ? element("span", { class: "hidden-mark", title: "a character that cannot be seen" }, part.text) : part.text);

/** As the server writes one. */
function row(said) {
  const time = element("time", { datetime: said.at }, said.at);
  const about = said.path ? element("a", { href: said.path }, said.subject) : said.subject;
  const who = said.raterPath
    ? element("a", { href: said.raterPath, class: "long", dir: "auto" }, ...visible(said.rater))
    : element("span", { class: "quiet" }, "nobody named");
  const text = element("td", { class: "said" });
  if (said.hasBody) text.append(element("p", { dir: "auto" }, ...visible(said.body)));
  for (const tag of said.tags) text.append(badge(visible(tag.parts)), " ");
  const by = element("td", {}, who, " ", element("span", { class: "quiet small" }, `by ${said.proof}`));
  for (const mark of said.marks) by.append(element("br"), badge(mark, "warn"));
  return element(
    "tr", { class: "fresh" }, element("td", {}, time), element("td", {}, badge(said.what, said.tone)), text,
    element("td", {}, about), by);
}

async function look() {
  if (!isFollowing || document.hidden) return;
  const found = await ask(follow.dataset.newer).catch(() => null);
  if (!found || !isFollowing) return;
  follow.dataset.newer = found.newer;
  if (!found.rows.length) return;
  document.querySelector("#none")?.remove();
  const rows = found.rows.map(row);
  feed.prepend(...rows);
  for (const added of rows) localize(added);
  while (feed.rows.length > most) feed.lastElementChild.remove();
}

function toggle() {
  isFollowing = !isFollowing;
  button.setAttribute("aria-pressed", String(isFollowing));
  button.textContent = isFollowing ? "Following" : "Follow";
  if (isFollowing) look();
}

if (follow && feed) {
  follow.hidden = false;
  button.addEventListener("click", toggle);
  onKey("f", "follow, or stop", toggle);
  document.addEventListener("visibilitychange", look);
  setInterval(look, pause);
}
