// The page of a stage: answers save by themselves, tables change in place, texts are previewed.

import { Autosave } from "./autosave.js";
import { startCiting } from "./citing.js";
import { holdWords } from "./held.js";
import { Others } from "./others.js";
import { Pulse } from "./pulse.js";
import { keepReasons } from "./reasons.js";

const questions = document.getElementById("questions");
const presence = document.getElementById("presence");
holdWords(document.querySelector("[data-design]").dataset);
const forgetReason = keepReasons(document.querySelector("[data-design]").dataset);
if (questions) start();
else if (presence) new Pulse(presence, whileReading()).start();

function start() {
  const autosave = new Autosave(questions);
  autosave.start();
  startCiting(questions);
  if (presence) new Pulse(presence, whileWriting(autosave)).start();
  // After the browser has gone to the fragment by itself, which takes the focus away.
  addEventListener("load", () => setTimeout(arrive));
  addEventListener("hashchange", arrive);

  questions.addEventListener("click", (event) => {
    const operation = event.target.closest("[data-op]");
    if (operation) {
      event.preventDefault();
      change(operation);
    }
    const preview = event.target.closest("[data-preview]");
    if (preview) togglePreview(preview);
    const result = event.target.closest("[data-use]");
    if (result) {
      event.preventDefault();
      use(result);
    }
  });
  document.getElementById("toasts").addEventListener("click", (event) => {
    const operation = event.target.closest("[data-op]");
    if (!operation) return;
    event.preventDefault();
    change(operation).then((done) => done && operation.closest(".toast").remove());
  });
  // Compare shows the example's answer; used again, it takes it away.
  questions.addEventListener("htmx:beforeRequest", (event) => {
    const panel = event.detail.target;
    if (!panel?.matches(".compare") || !panel.hasChildNodes()) return;
    event.preventDefault();
    panel.replaceChildren();
  });
  // The button that closes a row goes with it: the focus returns to the row's line.
  questions.addEventListener("htmx:afterSettle", (event) => {
    const { requestConfig, target } = event.detail;
    if (requestConfig?.elt.matches("[data-closes-row]")) document.getElementById(target.id)?.querySelector(".table__open").focus();
  });
  questions.addEventListener("submit", (event) => {
    if (event.target.matches("[data-leaves]")) return;
    event.preventDefault();
    if (event.target.matches("[data-waiver]")) waive(event.target);
  });
  questions.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.closest("[data-waiver]")?.requestSubmit();
  });
  document.getElementById("toasts").addEventListener("submit", (event) => {
    if (!event.target.matches("[data-waiver]")) return;
    event.preventDefault();
    waive(event.target).then((done) => done && event.target.remove());
  });
  // What was unfolded stays so when its numbers change.
  document.body.addEventListener("htmx:oobBeforeSwap", ({ detail: { target, fragment } }) => {
    if (target.matches(".calc") && target.querySelector(":scope > details[open]")) fragment.querySelector("details")?.setAttribute("open", "");
  });
  questions.addEventListener("htmx:afterSettle", ({ target }) => {
    const script = target.querySelector("[data-script]")?.dataset.script;
    if (script) import(script);
  });

  /** Add, move, copy, delete, paste or put back a row. What was typed before is stored first.
      Returns whether it was done. */
  async function change(button) {
    const { op, table, row } = button.dataset;
    await autosave.flush();
    const form = button.closest("form");
    const values = { base: questions.dataset.clock, op, table };
    if (row) values.row = row;
    if (op === "up" || op === "down") values.open = row;
    // Only browsers that trust the address make names; elsewhere the server does.
    if ((op === "add" || op === "duplicate") && crypto.randomUUID) values.new_row = crypto.randomUUID();
    if (op === "paste") values.paste = form.querySelector("[name=paste]").value;
    const region = `t-${table.replace("/", "--").replaceAll(".", "-")}`;
    const status = await autosave.post(values);
    autosave.takeOver();
    const isDone = status === 200;
    if (isDone && op === "put-back") autosave.retry(row);
    if (isDone) focusAfter(op, document.getElementById(region));
    else if (status !== 422) autosave.fail(status ? `The table could not be changed (${status}). Load the page again.` : "Offline. The table is as it was; try again later");
    return isDone;
  }

  /** Store a number that was worked out, or tried, where it belongs. */
  async function use(button) {
    const [address, number] = button.value.split("=");
    await autosave.flush();
    const row = address.match(/\/([^.]+)\./)?.[1];
    const values = { base: questions.dataset.clock, [address]: number };
    if (row && questions.querySelector(`[data-open-row="${row}"]`)) values.open = row;
    const status = await autosave.post(values);
    autosave.takeOver();
    if (status !== 200) {
      autosave.fail(status ? `Not used (${status}): the answer was changed elsewhere. Load the page again.` : "Offline. Nothing was changed; try again later");
      return;
    }
    const next = document.getElementById(button.dataset.use);
    button.closest("[data-what-if]")?.remove();
    next?.focus();
  }

  /** Set a finding aside, let that hold for other values, or take it back. Returns whether it was
      done; what was written stays until then. */
  async function waive(form) {
    await autosave.flush();
    const values = { base: questions.dataset.clock, ...Object.fromEntries(new FormData(form)) };
    const notes = form.closest(".notes");
    // The notes come back without the form, so that nothing in it may hold them.
    if (form.contains(document.activeElement)) document.activeElement.blur();
    form.toggleAttribute("data-sent", true);
    const status = await autosave.post(values, form.action);
    form.toggleAttribute("data-sent", false);
    autosave.takeOver();
    if (status === 200) forgetReason(values.finding);
    if (status === 422) document.getElementById(`y-${values.place}-${values.finding}`)?.focus();
    else if (status !== 200) autosave.fail(status ? `Not set aside (${status}). Load the page again.` : "Offline. Nothing was set aside; try again later");
    else focusOn(notes && document.getElementById(notes.id), values.finding);
    return status === 200;
  }

  /** The note of a finding, wherever it stands now, or else the first of the notes. */
  function focusOn(notes, finding) {
    const note = finding && (notes ?? questions).querySelector(`[data-aside="${finding}"], [data-finding="${finding}"]`);
    (note || notes)?.querySelector("summary")?.focus();
  }

  function focusAfter(op, region) {
    if (!region) return;
    if (op === "add" || op === "duplicate" || op === "put-back") region.querySelector("[data-open-row] input:not([type=hidden])")?.focus();
    if (op === "delete") region.querySelector("[data-op=add]")?.focus();
  }

  /** Show how the text will be read, or go back to writing it. */
  async function togglePreview(button) {
    const area = document.getElementById(button.dataset.preview);
    const panel = document.getElementById(button.getAttribute("aria-controls"));
    const writes = !panel.hidden;
    if (!writes) {
      await htmx.ajax("POST", questions.dataset.previewUrl, { source: panel, target: panel, swap: "innerHTML", values: { text: area.value } });
    }
    panel.hidden = writes;
    area.hidden = !writes;
    button.setAttribute("aria-pressed", String(!writes));
    if (writes) area.focus();
  }
}

/** What a pulse changes on a page where answers are written. */
function whileWriting(autosave) {
  const others = new Others(questions, autosave, presence.dataset.changesUrl);
  return {
    seen: () => Number(questions.dataset.seen),
    changed: (clock) => clock > Number(questions.dataset.seen) && others.catchUp(),
    lost: () => autosave.lose(),
    found: () => autosave.resume(),
    signedOut: () => autosave.lose(presence.dataset.login),
    ended: (message) => autosave.fail(message),
  };
}

/** What is read is never printed anew under the reader's eyes: a word says that there is news. */
function whileReading() {
  const say = (name, text = "") => {
    const toast = document.getElementById(name)?.content.firstElementChild.cloneNode(true);
    if (!toast || document.querySelector(`.toast[data-name="${name}"]`)) return;
    toast.dataset.name = name;
    if (text) toast.querySelector("span").textContent = text;
    document.getElementById("toasts").append(toast);
  };
  return {
    seen: () => 0,
    changed: () => say("design-changed"),
    lost: () => {},
    found: () => document.querySelector('.toast[data-name="signed-out"]')?.remove(),
    signedOut: () => say("signed-out"),
    ended: (message) => say("access-ended", message),
  };
}

/** A link to a question unfolds what hides it and puts the cursor into its answer. */
function arrive() {
  const question = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!question) return;
  for (let fold = question.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  question.scrollIntoView({ block: "start" });
  const within = question.querySelector("[data-open-row]") ?? question;
  const controls = [...within.querySelectorAll("textarea, select, input:not([type=hidden]), .table__open, [data-op]")];
  controls.find((control) => control.checkVisibility())?.focus({ preventScroll: true });
}
