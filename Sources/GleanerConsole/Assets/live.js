// Parts of a page that follow what happens: they are asked for again, and put in the place of those before them.

import { localize } from "./console.js";

const pause = 10_000; // milliseconds between two questions
const soon = 1_000; // while something is being computed

const parts = (root) => [...root.querySelectorAll("[data-live]")];
const isComing = () => parts(document).some((part) => part.hasAttribute("data-coming"));

async function look() {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, { credentials: "same-origin", headers: { Accept: "text/html" } });
      if (answer.ok && !answer.redirected) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const [place, part] of parts(page).entries()) {
          const old = parts(document)[place];
          // Who stands in a table keeps standing there.
          if (!old || old.contains(document.activeElement)) continue;
          const added = document.adoptNode(part);
          old.replaceWith(added);
          localize(added);
        }
      }
    } catch {
      // The server is away; the next look may find it.
    }
  }
  setTimeout(look, isComing() ? soon : pause);
}

if (parts(document).length) setTimeout(look, isComing() ? soon : pause);
