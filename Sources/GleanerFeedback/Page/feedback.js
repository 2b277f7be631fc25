// Gleaner's feedback widget: thumbs and a comment for one answer, from a page that has no key.
//
//   <script type="module" src="https://gleaner.example/feedback.js"></script>
//   <gleaner-feedback token="…the X-Gleaner-Feedback-Token of the answer…"></gleaner-feedback>
//
// Attributes: token; endpoint (where Gleaner is, by default where this file came from); comment ("vote": asked for after
// a vote, the default; "always"; "never"); label-up, label-down, label-group, label-comment, label-send, label-sent,
// label-thanks, label-failed, label-refused. Styled from outside by --gleaner-accent, --gleaner-on-accent, --gleaner-ink, --gleaner-line.
// Events: "gleaner-feedback" with detail {judgement, ok, status, code}. No dependency, no inline style, no cookie.

const home = new URL(import.meta.url).origin;
const retries = [500, 2000]; // milliseconds before each further try

const texts = {
  group: "Was this answer helpful?",
  up: "Good answer",
  down: "Bad answer",
  comment: "What could be better? (optional)",
  send: "Send",
  sent: "Your comment was sent.",
  thanks: "Thank you.",
  failed: "That did not work. Please try again.",
  refused: "This answer can no longer be rated.",
};

const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

/** One name for one piece of work, so that a try that got through unheard is not counted twice. */
function workName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Sends one judgement, such as {thumb: "up"}, {score: 4}, {comment: "…"}, {tags: ["…"]} or {signal: "copied"}.
 * Never throws: resolves to {ok, status, code}; status is 0 when nobody answered.
 */
export async function judge(token, judgement, { endpoint = home } = {}) {
  const request = {
    method: "POST",
    mode: "cors",
    credentials: "omit",
    referrerPolicy: "no-referrer",
    keepalive: true, // a page that is being left still sends it
    headers: {
      Authorization: `Feedback ${token}`,
      "Content-Type": "application/json",
      "Idempotency-Key": workName(),
    },
    body: JSON.stringify(judgement),
  };
  for (let tries = 0; ; tries += 1) {
    let result = { ok: false, status: 0, code: "unreachable" };
    try {
      const response = await fetch(new URL("/api/feedback", endpoint), request);
      result = { ok: response.ok, status: response.status, code: null };
      if (!response.ok) result.code = (await response.json().catch(() => null))?.error?.code ?? "unknown";
    } catch {
      // Nobody answered, or not to this page; both look alike from here.
    }
    const passes = result.status === 0 || result.status === 503;
    if (result.ok || !passes || tries >= retries.length) return result;
    await pause(retries[tries]);
  }
}

/** Reports that text inside `element` was copied, once. */
export function watchCopying(element, token, options) {
  const copied = () => {
    if (!document.getSelection()?.containsNode(element, true)) return;
    document.removeEventListener("copy", copied);
    judge(token, { signal: "copied" }, options);
  };
  document.addEventListener("copy", copied);
}

const sheet = new CSSStyleSheet();
// The page's own ink and colour scheme: on a light page the widget is light, whatever the system prefers.
sheet.replaceSync(`
  :host { --accent: var(--gleaner-accent, #0b57d0); --on-accent: var(--gleaner-on-accent, #fff);
    color: var(--gleaner-ink, inherit); --line: var(--gleaner-line, color-mix(in srgb, currentColor 60%, transparent));
    display: inline-block; max-inline-size: 100%; font: 0.9375rem/1.4 system-ui, sans-serif; }
  @supports (color: light-dark(#000, #fff)) {
    :host { --accent: var(--gleaner-accent, light-dark(#0b57d0, #a8c7fa));
      --on-accent: var(--gleaner-on-accent, light-dark(#fff, #10233f)); }
  }
  :host([hidden]) { display: none; }
  [part="thumbs"] { display: inline-flex; gap: 0.375rem; align-items: center; }
  button { font: inherit; color: inherit; background: none; border: 1px solid var(--line); border-radius: 0.5rem;
    min-inline-size: 2.75rem; min-block-size: 2.75rem; padding: 0.375rem 0.75rem; cursor: pointer;
    transition: background-color 120ms, color 120ms; }
  button svg { inline-size: 1.25rem; block-size: 1.25rem; display: block; margin: auto; fill: none; stroke: currentColor;
    stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
  button:hover { border-color: currentColor; }
  button[aria-pressed="true"], button[type="submit"] { background: var(--accent); border-color: var(--accent);
    color: var(--on-accent); }
  button[aria-pressed="true"] svg { fill: currentColor; fill-opacity: 0.25; }
  button[aria-disabled="true"] { opacity: 0.55; cursor: default; }
  :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
  form { display: grid; gap: 0.375rem; margin-block-start: 0.625rem; inline-size: 24rem; max-inline-size: 100%; }
  form[hidden] { display: none; }
  textarea { font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 0.5rem;
    padding: 0.5rem; min-block-size: 4.5rem; resize: vertical; box-sizing: border-box; inline-size: 100%; }
  button[type="submit"] { justify-self: start; }
  [part="status"] { margin: 0.375rem 0 0; min-block-size: 1.4em; }
  [part="status"]:empty { margin: 0; min-block-size: 0; }
  @media (prefers-reduced-motion: reduce) { button { transition: none; } }
  @media (forced-colors: active) { button[aria-pressed="true"] { border-width: 3px; } }
`);

const svg = "http://www.w3.org/2000/svg";
const thumbPath = "M7 11v9H3.5v-9H7zm0 0 4.2-7.5c1.5 0 2.5 1 2.5 2.4L13.2 10h5.4c1.3 0 2.2 1.2 1.8 2.4l-1.9 6.1c-.3 .9-1.1 1.5-2 1.5H7";

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function thumb(isUp) {
  const icon = document.createElementNS(svg, "svg");
  icon.setAttribute("viewBox", "0 0 24 24");
  icon.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(svg, "path");
  path.setAttribute("d", thumbPath);
  if (!isUp) path.setAttribute("transform", "rotate(180 12 12)");
  icon.append(path);
  return icon;
}

export class GleanerFeedback extends HTMLElement {
  static observedAttributes = ["token", "comment", ...Object.keys(texts).map((name) => `label-${name}`)];

  #buttons = {};
  #vote = null; // what Gleaner has
  #answer = 0; // counts the answers that it stood under
  #turn = 0; // counts clicks: only the answer to the last one decides what is shown
  #queue = Promise.resolve(); // one after another: the last click is the last vote
  #form;
  #area;
  #label;
  #send;
  #thumbs;
  #status;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open", delegatesFocus: true });
    root.adoptedStyleSheets = [sheet];
    this.#thumbs = element("div", { part: "thumbs", role: "group" });
    for (const vote of ["up", "down"]) {
      const button = element("button", { type: "button", part: vote, "aria-pressed": "false" }, thumb(vote === "up"));
      button.addEventListener("click", () => this.#choose(vote));
      this.#buttons[vote] = button;
      this.#thumbs.append(button);
    }
    this.#label = element("label", { for: "comment" });
    this.#area = element("textarea", { id: "comment", part: "comment", maxlength: "4000", dir: "auto" });
    this.#send = element("button", { type: "submit", part: "send" });
    this.#form = element("form", { part: "form" }, this.#label, this.#area, this.#send);
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#comment();
    });
    this.#area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#form.requestSubmit();
      if (event.key === "Escape" && this.getAttribute("comment") !== "always") {
        this.#form.hidden = true;
        this.#buttons[this.#vote ?? "up"].focus();
      }
    });
    this.#status = element("p", { part: "status", role: "status", "aria-live": "polite" });
    root.append(this.#thumbs, this.#form, this.#status);
  }

  connectedCallback() {
    this.#show();
  }

  attributeChangedCallback(name, before, now) {
    if (name === "token" && before !== now && before !== null) {
      // Another answer: nothing has been said of it yet.
      this.#vote = null;
      this.#answer += 1;
      this.#turn += 1;
      this.#send.removeAttribute("aria-disabled");
      this.#area.value = "";
      this.#status.textContent = "";
      this.#press(null);
    }
    this.#show();
  }

  /** "up", "down" or null: the vote that Gleaner has taken. */
  get vote() {
    return this.#vote;
  }

  #text(name) {
    return this.getAttribute(`label-${name}`) ?? texts[name];
  }

  #show() {
    this.#thumbs.setAttribute("aria-label", this.#text("group"));
    for (const [vote, button] of Object.entries(this.#buttons)) {
      button.setAttribute("aria-label", this.#text(vote));
      button.title = this.#text(vote);
    }
    this.#label.textContent = this.#text("comment");
    this.#send.textContent = this.#text("send");
    const when = this.getAttribute("comment") ?? "vote";
    this.#form.hidden = when === "never" || (when === "vote" && this.#vote === null);
  }

  #press(vote) {
    for (const [name, button] of Object.entries(this.#buttons)) {
      button.setAttribute("aria-pressed", String(name === vote));
    }
  }

  async #choose(vote) {
    this.#turn += 1;
    const [turn, answer, send] = [this.#turn, this.#answer, this.#sender()];
    this.#press(vote); // at once: nobody waits for a network to see their own click
    this.#status.textContent = "";
    this.#queue = this.#queue.then(() => send({ thumb: vote }));
    const result = await this.#queue;
    if (result.ok && answer === this.#answer) this.#vote = vote;
    if (turn !== this.#turn) return;
    this.#press(this.#vote);
    this.#status.textContent = result.ok ? this.#text("thanks") : this.#complaint(result);
    this.#show();
  }

  async #comment() {
    const comment = this.#area.value.trim();
    if (comment === "" || this.#send.getAttribute("aria-disabled") === "true") return;
    this.#send.setAttribute("aria-disabled", "true");
    const answer = this.#answer;
    const result = await this.#sender()({ comment });
    if (answer !== this.#answer) return;
    this.#send.removeAttribute("aria-disabled");
    this.#status.textContent = result.ok ? this.#text("sent") : this.#complaint(result);
  }

  /** Sends judgements of the answer that is shown now, however late they go out. */
  #sender() {
    const token = this.getAttribute("token") ?? "";
    const endpoint = this.getAttribute("endpoint") ?? home;
    return async (judgement) => {
      const result = await judge(token, judgement, { endpoint });
      this.dispatchEvent(
        new CustomEvent("gleaner-feedback", { bubbles: true, composed: true, detail: { judgement, ...result } }),
      );
      return result;
    };
  }

  #complaint(result) {
    return this.#text(result.status === 403 || result.code === "feedback_token_spent" ? "refused" : "failed");
  }
}

if (!customElements.get("gleaner-feedback")) customElements.define("gleaner-feedback", GleanerFeedback);
