// Trying out a number: the slider runs from a tenth to ten times of what stands in the design.

const DIGITS = 3;

function settle(section) {
  const slider = section.querySelector("[data-scale]");
  if (!slider) return;
  slider.closest("[hidden]")?.removeAttribute("hidden");
  const tried = Number(section.querySelector("[data-tried]").dataset.tried || NaN);
  const times = tried / Number(slider.dataset.scale);
  if (slider !== document.activeElement && times > 0) slider.value = Math.log10(times);
}

function slide(slider) {
  const field = slider.form.elements.value;
  const exact = Number(slider.dataset.scale) * 10 ** slider.valueAsNumber;
  const rounded = slider.hasAttribute("data-whole") ? Math.round(exact) : Number(exact.toPrecision(DIGITS));
  field.value = slider.valueAsNumber ? String(rounded) : slider.dataset.now;
  slider.setAttribute("aria-valuetext", `${field.value} ${field.nextElementSibling?.textContent ?? ""}`);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** What is tried follows what was stored, unless somebody is at it. */
function renew(section) {
  if (section.contains(document.activeElement)) return;
  const form = section.querySelector("form");
  const asked = new FormData(form);
  if (!section.querySelector("[data-tried]").dataset.tried) asked.delete("value");
  htmx.ajax("GET", `${form.action}?${new URLSearchParams(asked)}`, { source: section, target: section, select: ".whatif", swap: "outerHTML" });
}

document.addEventListener("input", ({ target }) => target.matches("[data-scale]") && slide(target));
document.addEventListener("htmx:afterSettle", () => document.querySelectorAll("[data-what-if]").forEach(settle));
document.addEventListener("htmx:oobAfterSwap", ({ detail }) => detail.target.id === "saved" && document.querySelectorAll("[data-what-if]").forEach(renew));
document.querySelectorAll("[data-what-if]").forEach(settle);
