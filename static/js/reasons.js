// Why a finding does not apply: half a reason is kept like other text that is not stored yet.

import { keepReason, keptReason } from "./kept.js";

const REASON = "[data-waiver] textarea[name=reason]";

/** Returns what forgets the reason that was given for a finding. */
export function keepReasons({ user, design }) {
  const findingOf = (reason) => reason.form.elements.finding.value;
  const bring = (part) => {
    for (const reason of part.querySelectorAll(REASON)) {
      const text = !reason.value && keptReason(user, design, findingOf(reason));
      if (!text) continue;
      reason.value = text;
      reason.closest("details").open = true;
    }
  };
  document.addEventListener("input", ({ target }) => target.matches(REASON) && keepReason(user, design, findingOf(target), target.value));
  document.addEventListener("submit", ({ target }) => !target.closest("#questions, #toasts") && target.elements.finding && target.matches("[data-waiver]") && keepReason(user, design, target.elements.finding.value, ""));
  document.addEventListener("htmx:oobAfterSwap", ({ detail }) => detail.target.matches(".notes") && document.getElementById(detail.target.id) && bring(document.getElementById(detail.target.id)));
  bring(document);
  return (finding) => keepReason(user, design, finding, "");
}
