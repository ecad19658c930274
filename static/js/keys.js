// Single keys, outside text only, and only while the reader has not turned them off.

const OFF = "single-keys-off";

export function isOff() {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false;
  }
}

function setOff(off) {
  try {
    if (off) localStorage.setItem(OFF, "1");
    else localStorage.removeItem(OFF);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

export function isTyping(target) {
  return target.isContentEditable || target.matches("textarea, select, input:not([type=radio], [type=checkbox], [type=button])");
}

function isVisible(element) {
  return element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null;
}

/** Move to the next (+1) or previous (-1) finding or thread beside the text, and open it. */
function stepNote(by) {
  const all = [...document.querySelectorAll("[data-finding] > summary, .thread")].filter(isVisible);
  if (!all.length) return;
  const here = all.indexOf(document.activeElement?.closest("[data-finding] > summary, .thread"));
  const there = here < 0 ? (by > 0 ? 0 : all.length - 1) : (here + by + all.length) % all.length;
  for (const note of all) if (note.matches("summary")) note.parentElement.open = note === all[there];
  all[there].focus();
  all[there].scrollIntoView({ block: "center" });
}

function follow(key) {
  document.querySelector(`[data-key="${key}"]`)?.click();
}

export function startKeys() {
  const dialog = document.getElementById("keys");
  const box = dialog.querySelector("[data-single-keys]");
  box.checked = !isOff();
  box.addEventListener("change", () => setOff(!box.checked));
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-opens-keys]")) dialog.showModal();
  });

  let waitsForStage = false;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || dialog.open || isTyping(event.target)) return;
    if (event.key === "Escape") {
      for (const note of document.querySelectorAll("[data-finding][open], [data-aside][open]")) note.open = false;
      return;
    }
    if (isOff()) return;
    if (waitsForStage && /^[0-7]$/.test(event.key)) follow(event.key);
    waitsForStage = event.key === "g";
    if (event.key === "?") dialog.showModal();
    else if (event.key === "n") stepNote(1);
    else if (event.key === "p") stepNote(-1);
    else if (["r", "f", "t", "h", "s", "v"].includes(event.key)) follow(event.key);
    else return;
    event.preventDefault();
  });
}
