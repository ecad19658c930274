// Before signing out: what waits in this browser is said, and stays here or goes, as people choose.

import { clockTime, removeAllOf, waitingOf } from "./kept.js";

const offer = document.querySelector("[data-leaving]");
const { leaving: user } = offer.dataset;
const { count, since } = waitingOf(user);
if (count) {
  offer.hidden = false;
  offer.querySelector("[data-count]").textContent = `${count} ${count === 1 ? "edit" : "edits"}`;
  offer.querySelector("[data-since]").textContent = clockTime(since);
  offer.closest("form").addEventListener("submit", ({ target }) => target.elements.kept.value === "remove" && removeAllOf(user));
}
