// Every answer is stored by itself, one address at a time and in order. What is not stored yet is
// kept in this browser, so that a lost network, a crash or an expired login costs nothing.

const TYPING_PAUSE = 700; // ms
const RETRY_AFTER = 5000; // ms
const BETWEEN = { text: "\n\n", line: " " };

export class Autosave {
  constructor(region) {
    this.region = region;
    this.url = region.dataset.url;
    this.design = document.querySelector("[data-design]").dataset.design;
    this.waiting = new Map(); // address -> { values, base, settles }; no base means the newest known
    this.unanswered = null; // [address, edit] that the server may have heard of or not
    this.versions = new Map(); // address -> the version our last save made
    this.bases = new Map(); // address -> { control, version, text } that the words there are written from
    this.stored = new Map(); // address -> { text, version } that our last save left there
    this.timers = new Map();
    this.sending = null;
    this.line = Promise.resolve(); // the forms that are being posted, in order
    this.posting = 0;
    this.inFlight = { address: "", text: "" };
    this.failure = "";
  }

  start() {
    this.region.addEventListener("input", (event) => this.#typed(event.target));
    this.region.addEventListener("change", (event) => this.#changed(event.target));
    this.region.addEventListener("click", (event) => this.#clicked(event));
    this.region.addEventListener("keydown", (event) => this.#pressed(event));
    document.body.addEventListener("htmx:oobBeforeSwap", (event) => this.#guard(event));
    this.region.addEventListener("focusout", (event) => isAnswer(event.target) && setTimeout(() => this.takeOver()));
    addEventListener("online", () => this.#send());
    addEventListener("pagehide", () => this.flush());
    document.addEventListener("visibilitychange", () => document.hidden && this.flush());
    this.region.addEventListener("htmx:afterSettle", ({ target }) => target.matches("[data-row]") && this.#offerKept(target));
    this.#offerKept();
    this.#noticeEarly();
    this.takeOver();
  }

  /** Store all that was typed. Resolves when nothing waits, or the network is gone. */
  async flush() {
    for (const [address, timer] of this.timers) {
      clearTimeout(timer);
      this.#queue(address);
    }
    this.timers.clear();
    await this.#send();
  }

  // -- What the author does ---------------------------------------------------------------------

  #typed(control) {
    if (!isAnswer(control) || control.matches("[type=radio], [type=checkbox], select")) return;
    const address = control.name;
    clearTimeout(this.timers.get(address));
    this.timers.set(address, setTimeout(() => this.#due(address), TYPING_PAUSE));
    this.#keep(address, readValues(this.region, address));
    this.#mark();
  }

  #changed(control) {
    if (!isAnswer(control)) return;
    const address = control.name;
    this.#clear(address);
    if (!this.#isKnown(address)) this.#due(address);
    else {
      if (!this.#isUnsaved(address)) this.#forget(address);
      this.#mark();
    }
  }

  /** Whether what stands at an address is what was last sent for it: nothing else waits there, and
      nobody has changed it since. */
  #isKnown(address) {
    if (this.#waits.has(address)) return false;
    const text = JSON.stringify(readValues(this.region, address));
    if (this.inFlight.address === address) return this.inFlight.text === text;
    const stored = this.stored.get(address);
    return stored?.text === text && stored.version === this.#version(address);
  }

  #clicked(event) {
    const pill = event.target.closest(".choice__one input[type=radio]");
    if (pill) {
      // A chosen pill, chosen again, takes the answer back.
      if (pill.dataset.was === "on") {
        pill.checked = false;
        this.#changed(pill);
      }
      markChosen(pill.closest(".choice"));
    }
    const mine = event.target.closest("[data-keep], [data-both]");
    if (mine) {
      event.preventDefault();
      this.#settle(mine.closest(".says"), mine.matches("[data-both]"));
    }
    const take = event.target.closest("[data-take]");
    if (take) {
      const control = this.region.querySelector(`textarea[name="${take.dataset.take}"], input[name="${take.dataset.take}"], select[name="${take.dataset.take}"]`);
      if (control?.matches("[type=radio], [type=checkbox]")) location.reload();
      else if (control) control.value = take.dataset.text;
      this.#seen(take.closest(".says"));
      this.#clear(take.dataset.take);
      this.waiting.delete(take.dataset.take);
      this.#forget(take.dataset.take);
      take.closest(".conflict").remove();
      this.#show();
    }
  }

  /** Store what stands in the control in place of what the conflict showed, or after it. */
  #settle(says, withTheirs) {
    const address = says.dataset.for;
    const theirs = this.#seen(says);
    const control = this.#words(address);
    if (withTheirs) control.value = together(control.dataset.words, theirs, control.value);
    this.#clear(address);
    this.#queue(address, true);
    this.#send();
  }

  /** What is written from here on is written from the stored text that a conflict shows. */
  #seen(says) {
    const address = says.dataset.for;
    const version = Number(says.dataset.version);
    const { text } = says.querySelector("[data-take]").dataset;
    const control = this.#words(address);
    this.versions.set(address, version);
    if (control) this.bases.set(address, { control, version, text });
    return text;
  }

  #pressed(event) {
    if (event.key !== "Enter" || !isAnswer(event.target)) return;
    if (event.ctrlKey || event.metaKey) event.target.blur();
    if (event.target.matches("input")) {
      event.preventDefault();
      this.#changed(event.target);
    }
  }

  // -- Sending -----------------------------------------------------------------------------------

  #due(address) {
    this.timers.delete(address);
    this.#queue(address);
    this.#send();
  }

  #clear(address) {
    clearTimeout(this.timers.get(address));
    this.timers.delete(address);
  }

  #queue(address, settles = this.waiting.get(address)?.settles) {
    const values = readValues(this.region, address);
    if (!values) return;
    this.waiting.set(address, { values, settles });
    this.#keep(address, values);
    this.#show();
  }

  #send() {
    this.sending ??= this.#sendAll().finally(() => {
      this.sending = null;
      this.#show();
    });
    return this.sending;
  }

  async #sendAll() {
    clearTimeout(this.retry);
    this.failure = "";
    while (this.unanswered || this.waiting.size) {
      const [address, edit] = this.unanswered ?? this.waiting.entries().next().value;
      if (this.unanswered) this.unanswered = null;
      else this.waiting.delete(address);
      this.#show("saving");
      const status = await this.#post(address, edit);
      if (status === 0) {
        // It may have arrived all the same: exactly this goes again before anything newer, which
        // is then written from a text that the server has.
        this.unanswered = [address, edit];
        this.retry = setTimeout(() => this.#send(), RETRY_AFTER);
        return;
      }
      if (status === 200) this.stored.set(address, { text: JSON.stringify(this.#learn(address, edit)), version: this.#version(address) });
      else this.stored.delete(address);
      if (status === 200 && this.#isUnsaved(address)) this.#keep(address, readValues(this.region, address));
      else if (status === 200) this.#forget(address);
      this.failure = [200, 409, 422].includes(status) ? "" : `Not saved (${status}). What you typed is kept here.`;
    }
  }

  async #post(address, edit) {
    edit.base ??= this.#base(address);
    edit.token ??= Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
    const { values, base, settles, token } = edit;
    const open = this.region.querySelector(`[data-open-row="${address.split("/")[1]?.split(".")[0]}"]`);
    this.inFlight = { address, text: JSON.stringify(values) };
    const status = await this.post({
      base: base.version,
      token,
      [address]: values,
      ...(base.text !== undefined && { [`was:${address}`]: base.text }),
      ...(settles && { settles: address }),
      ...(open && { open: open.dataset.openRow }),
    });
    this.inFlight = { address: "", text: "" };
    this.takeOver();
    return status;
  }

  /** Post to the stage, or elsewhere, one form after the other. Returns the status of the answer, or
      0 when the server was not reached or wants a login first. */
  post(values, url = this.url) {
    this.posting += 1;
    this.#mark();
    this.line = this.line
      .then(() => this.#postNow(values, url))
      .finally(() => {
        this.posting -= 1;
        this.#mark();
      });
    return this.line;
  }

  async #postNow(values, url) {
    let status = 0;
    const heard = ({ target, detail: { xhr } }) => {
      // Requests of what stands in the region bubble up to it.
      if (target === this.region && xhr && !xhr.getResponseHeader("HX-Redirect")) status = xhr.status;
    };
    this.region.addEventListener("htmx:afterRequest", heard);
    try {
      const opened = [...this.region.querySelectorAll("[data-open-row]")].map((row) => row.dataset.openRow).join(" ");
      await htmx.ajax("POST", url, { source: this.region, target: this.region, swap: "none", values: { clock: this.region.dataset.clock, ...(opened && { opened }), ...values } });
    } catch {
      // The event above has said what happened.
    } finally {
      this.region.removeEventListener("htmx:afterRequest", heard);
    }
    return status;
  }

  /** Say that something could not be done, until the next save. */
  fail(text) {
    this.failure = text;
    this.#show();
  }

  #version(address) {
    const held = this.region.querySelector(`[name="${address}"]`)?.closest("[data-version]")?.dataset.version;
    return Math.max(Number(held ?? 0), this.versions.get(address) ?? 0);
  }

  /** The control where words are written at an address, if it is on the page. */
  #words(address) {
    return this.region.querySelector(`[data-words][name="${address}"]`);
  }

  /** What the answer that stands at an address is written from: the stored version and, of words,
      its text. */
  #base(address) {
    const control = this.#words(address);
    const known = this.bases.get(address);
    if (!control) return known ?? { version: this.#version(address) };
    if (known?.control === control) return known;
    const text = control.matches("[data-unstored]") ? undefined : control.defaultValue;
    const base = { control, version: Number(control.dataset.version), text };
    this.bases.set(address, base);
    return base;
  }

  // -- What comes back ---------------------------------------------------------------------------

  /** Words that were stored are what the next ones are written from; others' words come into the
      control between them. Who has typed on keeps writing from what was sent, which the stored text
      holds: so the next save adds what is new since, once. Returns the values that stand there. */
  #learn(address, { values, base }) {
    const control = this.#words(address);
    if (!control && base.text === undefined) return values;
    const { version = base.version, merged } = this.region.querySelector(`.says[data-for="${address}"]`)?.dataset ?? {};
    const isShown = merged && !this.#isUnsaved(address) && control && weave(control, JSON.parse(merged));
    const text = isShown ? control.value : values.at(-1);
    this.bases.set(address, { control, version: Number(version), text });
    return isShown ? [text] : values;
  }

  /** Nobody's text is replaced while they are typing it. */
  #guard(event) {
    const target = event.detail.target;
    const active = document.activeElement;
    const types = active?.matches("textarea, input:not([type=radio], [type=checkbox])") && target.contains(active);
    const dirty = [...this.timers.keys(), ...this.#waits].some((address) => target.querySelector(`[name="${address}"]`));
    const written = [...target.querySelectorAll("[data-waiver]:not([data-sent]) textarea")].some((reason) => reason.value !== reason.defaultValue);
    if (types || dirty || written) event.detail.shouldSwap = false;
  }

  /** Learn the new versions, and show quantities as they were understood. */
  takeOver() {
    for (const says of this.region.querySelectorAll(".says[data-for]")) {
      const address = says.dataset.for;
      if (says.querySelector(".conflict")) continue;
      this.versions.set(address, Math.max(this.versions.get(address) ?? 0, Number(says.dataset.version)));
      const control = this.region.querySelector(`input[name="${address}"]`);
      const isBusy = control === document.activeElement || this.#isUnsaved(address);
      if (control && !isBusy && says.dataset.normal !== undefined && control.value !== says.dataset.normal) control.value = says.dataset.normal;
      if (says.querySelector(".field__says--error")) control?.setAttribute("aria-invalid", "true");
      else control?.removeAttribute("aria-invalid");
    }
    for (const choice of this.region.querySelectorAll(".choice")) markChosen(choice);
    for (const button of this.region.querySelectorAll("[data-take], [data-both], [data-preview]")) button.hidden = false;
    const saved = document.getElementById("saved");
    if (saved?.dataset.clock) this.region.dataset.clock = saved.dataset.clock;
  }

  #isUnsaved(address) {
    return address === this.inFlight.address || this.timers.has(address) || this.#waits.has(address);
  }

  /** The addresses whose edits are to be sent. */
  get #waits() {
    return new Set([...(this.unanswered ? [this.unanswered[0]] : []), ...this.waiting.keys()]);
  }

  /** The region says whether anything typed or asked for is not answered yet. */
  #mark() {
    const isBusy = this.timers.size || this.#waits.size || this.sending || this.posting;
    this.region.toggleAttribute("data-unsaved", Boolean(isBusy));
  }

  #show(state = "") {
    this.#mark();
    const saved = document.getElementById("saved");
    if (!saved) return;
    const count = this.#waits.size;
    const say = (text, kind) => {
      saved.className = `saved ${kind}`;
      saved.textContent = text;
    };
    if (this.failure) say(this.failure, "saved--offline");
    else if (state === "saving") say("Saving", "saved--pending");
    else if (count && !this.sending) say(`Offline, ${count} ${count === 1 ? "edit" : "edits"} kept here`, "saved--offline");
  }

  // -- What this browser keeps -------------------------------------------------------------------

  get #place() {
    return `seven:${this.design}`;
  }

  #kept() {
    try {
      return JSON.parse(localStorage.getItem(this.#place) ?? "{}");
    } catch {
      return {};
    }
  }

  #store(kept) {
    try {
      if (Object.keys(kept).length) localStorage.setItem(this.#place, JSON.stringify(kept));
      else localStorage.removeItem(this.#place);
    } catch {
      // A full or forbidden storage: the page itself still holds the text.
    }
  }

  #keep(address, values) {
    if (!values) return;
    const { version, text } = this.#base(address);
    this.#store({ ...this.#kept(), [address]: { values, version, was: text } });
  }

  #forget(address) {
    const kept = this.#kept();
    delete kept[address];
    this.#store(kept);
  }

  /** What was typed or chosen before this script had loaded. */
  #noticeEarly() {
    for (const control of this.region.querySelectorAll("input, textarea, select")) {
      if (!isAnswer(control) || this.#isUnsaved(control.name)) continue;
      if (control.matches("textarea, input:not([type=radio], [type=checkbox], [type=hidden])")) {
        if (control.value !== control.defaultValue) this.#typed(control);
      } else if (control.checked !== control.defaultChecked) this.#changed(control);
    }
  }

  /** Put back what an earlier visit could not store, and try again. What has no place on this page
      is sent too; `row` names the part of the page that has just come. */
  #offerKept(row = null) {
    for (const [address, { values, version, was }] of Object.entries(this.#kept())) {
      const controls = (row ?? this.region).querySelectorAll(`[name="${address}"]`);
      if (this.#isUnsaved(address) || (row && !controls.length)) continue;
      writeValues(controls, values);
      const base = { control: this.#words(address), version, text: was };
      if (base.control) this.bases.set(address, base);
      this.waiting.set(address, { values, base });
    }
    if (this.#waits.size) this.#send();
  }
}

function isAnswer(control) {
  return Boolean(control.name?.includes(".")) && !control.disabled;
}

/** What stands in the controls called `address`: one text, or each value that is ticked. */
function readValues(region, address) {
  const controls = [...region.querySelectorAll(`[name="${address}"]`)];
  if (!controls.length) return null;
  const first = controls.find((control) => control.type !== "hidden") ?? controls[0];
  if (first.type === "radio") return [controls.find((control) => control.checked)?.value ?? ""];
  if (first.type !== "checkbox" && controls.length === 1) return [first.value];
  const ticked = controls.filter((control) => (control.type === "checkbox" ? control.checked : control.value));
  return ["", ...ticked.map((control) => control.value)];
}

function writeValues(controls, values) {
  for (const control of controls) {
    if (control.type === "radio" || control.type === "checkbox") control.checked = values.includes(control.value);
    else if (control.type !== "hidden") control.value = values.at(-1);
  }
}

/** One text after the other; of lists, the entries of both. */
function together(kind, first, second) {
  if (kind === "list") return [...new Set([...first.split("\n"), ...second.split("\n")])].filter(Boolean).join("\n");
  return [first, second].filter(Boolean).join(BETWEEN[kind]);
}

/** Take `out` and put `in` the pieces of a text, if it is still the one they are of; the cursor stays
    where it is in the rest. Returns whether it was. */
function weave(control, pieces) {
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
function markChosen(choice) {
  for (const pill of choice.querySelectorAll("input[type=radio]")) pill.dataset.was = pill.checked ? "on" : "";
}
