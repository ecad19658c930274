// What every page shares: light or dark, the list of keys, times in the reader's own zone.

import { startKeys } from "./keys.js";

const root = document.documentElement;

function isDark() {
  const pinned = root.dataset.theme;
  return pinned ? pinned === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function switchTheme() {
  root.dataset.theme = isDark() ? "light" : "dark";
  // A cookie, so that the server prints the choice and no page flashes in the other one.
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
}

/** Show times of the server in the reader's zone. */
export function localTimes(within = document) {
  for (const time of within.querySelectorAll("time[data-local-time]")) {
    const at = new Date(time.dateTime);
    const today = at.toDateString() === new Date().toDateString();
    const format = today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
    time.textContent = new Intl.DateTimeFormat("en-GB", format).format(at);
    time.title = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "medium" }).format(at);
  }
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-switch-theme]")) switchTheme();
});
document.addEventListener("htmx:afterSettle", (event) => localTimes(event.target));
document.addEventListener("htmx:oobAfterSwap", (event) => localTimes(event.target.parentElement ?? document));
localTimes();
startKeys();
