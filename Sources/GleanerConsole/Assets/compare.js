// Comparing by keyboard: each key presses the button that says the same; the pair is kept while somebody is there.

import { notice, onKey } from "./console.js";

const press = (id) => () => document.querySelector(id)?.click();
for (const key of ["1", "ArrowLeft"]) onKey(key, "", press("#left-better"));
for (const key of ["2", "ArrowRight"]) onKey(key, "", press("#right-better"));
onKey("t", "", press("#tie"));
onKey("s", "", press("#skip-pair"));
onKey("b", "", press("#take-pair"));

const comparing = document.querySelector("#comparing");
const patience = 15 * 60_000; // milliseconds without a hand on anything, after which the pair goes to somebody else
let touchedAt = Date.now();
for (const sign of ["keydown", "pointerdown", "pointermove", "scroll"]) {
  addEventListener(sign, () => { touchedAt = Date.now(); }, { passive: true });
}

async function beat() {
  if (Date.now() - touchedAt > patience) return;
  const { csrf, comparison, token } = comparing.elements;
  const answer = await fetch("/compare/heartbeat", {
    method: "POST", credentials: "same-origin", headers: { "X-CSRF-Token": csrf.value, Accept: "application/json" },
    body: new URLSearchParams({ comparison: comparison.value, token: token.value }),
  }).catch(() => null);
  if (answer?.status === 409) notice("This pair is not yours any more; it went to somebody else.");
}
// Three beats a lease: one may get lost.
if (comparing) setInterval(beat, Number(comparing.dataset.lease) * 1000 / 3);
