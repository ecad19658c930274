// Answers as they stand in the controls of a page.

const BETWEEN = { text: "\n\n", line: " " };

export function isAnswer(control) {
  return Boolean(control.name?.includes(".")) && !control.disabled;
}

/** What stands in the controls called `address`: one text, or each value that is ticked. */
export function readValues(region, address) {
  const controls = [...region.querySelectorAll(`[name="${address}"]`)];
  if (!controls.length) return null;
  const first = controls.find((control) => control.type !== "hidden") ?? controls[0];
  if (first.type === "radio") return [controls.find((control) => control.checked)?.value ?? ""];
  if (first.type !== "checkbox" && controls.length === 1) return [first.value];
  const ticked = controls.filter((control) => (control.type === "checkbox" ? control.checked : control.value));
  return ["", ...ticked.map((control) => control.value)];
}

export function writeValues(controls, values) {
  for (const control of controls) {
    if (control.type === "radio" || control.type === "checkbox") control.checked = values.includes(control.value);
    else if (control.type !== "hidden") control.value = values.at(-1);
  }
}

/** What people call the answer at an address: its label, after the row it stands in. */
export function labelOf(region, address) {
  const control = region.querySelector(`[name="${address}"]:not([type=hidden])`);
  const group = control?.closest("[aria-labelledby]")?.getAttribute("aria-labelledby");
  const label = control?.matches("[type=radio], [type=checkbox]") ? document.getElementById(group) : control?.labels?.[0];
  const row = control?.closest("[data-row]")?.querySelector(".table__id");
  return [row, label].map((one) => one?.textContent.trim()).filter(Boolean).join(": ");
}

/** One text after the other; of lists, the entries of both. */
export function together(kind, first, second) {
  if (kind === "list") return [...new Set([...first.split("\n"), ...second.split("\n")])].filter(Boolean).join("\n");
  return [first, second].filter(Boolean).join(BETWEEN[kind]);
}

/** Take `out` and put `in` the pieces of a text, if it is still the one they are of; the cursor stays
    where it is in the rest. Returns whether it was. */
export function weave(control, pieces) {
  const sent = pieces.map(([fate, text]) => (fate === "in" ? "" : text)).join("");
  if (control.value !== sent) return false;
  let place = 0;
  for (const [fate, text] of pieces) {
    if (fate === "out") control.setRangeText("", place, place + text.length, "preserve");
    if (fate === "in") control.setRangeText(text, place, place, "preserve");
    if (fate !== "out") place += text.length;
  }
  return true;
}

/** Remember which pill is chosen, to notice when it is chosen again. */
export function markChosen(choice) {
  for (const pill of choice.querySelectorAll("input[type=radio]")) pill.dataset.was = pill.checked ? "on" : "";
}
