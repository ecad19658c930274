// Words that are being written in a form of the review, kept in this browser until they are sent.

import { keepReason, keptReason } from "./kept.js";

const FIELD = "textarea[data-kept]";

/** What is kept stands in its field again, as long as the field begins with what it began with. */
export function holdWords({ user, design }) {
  for (const field of document.querySelectorAll(FIELD)) {
    const { text, of } = JSON.parse(keptReason(user, design, field.dataset.kept) || "{}");
    if (text && of === field.defaultValue) field.value = text;
  }
  const hold = (field) => {
    const isSent = field.value === field.defaultValue;
    keepReason(user, design, field.dataset.kept, isSent ? "" : JSON.stringify({ text: field.value, of: field.defaultValue }));
  };
  document.addEventListener("input", ({ target }) => target.matches(FIELD) && hold(target));
  // What the server keeps as a draft is what the field begins with from then on.
  document.addEventListener("htmx:afterRequest", ({ detail: { elt, successful, requestConfig } }) => {
    for (const field of successful ? elt.querySelectorAll(FIELD) : []) {
      field.defaultValue = requestConfig.parameters[field.name] ?? field.defaultValue;
      hold(field);
    }
  });
  document.addEventListener("submit", ({ target }) => {
    for (const field of target.querySelectorAll(FIELD)) keepReason(user, design, field.dataset.kept, "");
  });
}
