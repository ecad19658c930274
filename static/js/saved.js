// What the header says of the answers: stored, on their way, or kept here and since when.

import { clockTime } from "./kept.js";

let stored = null; // what the last answer said

/** `count` edits wait here since `since`. `state` says why: "saving", "offline", "signed-out" with the
    address `login`, or "failed" with a `text`; or that all is "stored", as the last answer said. */
export function sayState(state, { count = 0, since = 0, login = "", text = "" } = {}) {
  const saved = document.getElementById("saved");
  if (!saved) return;
  if (!saved.matches("[data-state]")) stored = saved.cloneNode(true);
  if (state === "stored") {
    if (saved.matches("[data-state]")) saved.replaceWith(stored.cloneNode(true));
    return;
  }
  const kept = count ? `, ${count} ${count === 1 ? "edit" : "edits"} kept here${since ? ` since ${clockTime(since)}` : ""}` : "";
  const said = { saving: "Saving", offline: `Offline${kept}`, "signed-out": `Signed out${kept}. `, failed: text }[state];
  if (saved.textContent === (login ? `${said}Sign in` : said)) return;
  saved.dataset.state = state;
  saved.className = `saved saved--${state === "saving" ? "pending" : "offline"}`;
  saved.replaceChildren(said);
  if (!login) return;
  const link = document.createElement("a");
  link.href = login;
  link.textContent = "Sign in";
  saved.append(link);
}
