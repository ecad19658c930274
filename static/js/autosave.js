// Every answer is stored by itself, one address at a time and in order. What is not stored yet is
// kept in this browser, so that a lost network, a crash or an expired login costs nothing.

const TYPING_PAUSE = 700; // ms
const RETRY_AFTER = 5000; // ms

export class Autosave {
  constructor(region) {
    this.region = region;
    this.url = region.dataset.url;
    this.design = document.querySelector("[data-design]").dataset.design;
    this.waiting = new Map(); // address -> { values, version }; no version means the newest known
    this.versions = new Map(); // address -> the version our last save made
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
    clearTimeout(this.timers.get(address));
    this.timers.delete(address);
    if (!this.#isKnown(address)) this.#due(address);
    else {
      if (!this.#isUnsaved(address)) this.#forget(address);
      this.#mark();
    }
  }

  /** Whether what stands at an address is what was last sent for it: nothing else waits there, and
      nobody has changed it since. */
  #isKnown(address) {
    if (this.waiting.has(address)) return false;
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
    const keep = event.target.closest("[data-keep]");
    if (keep) {
      event.preventDefault();
      this.versions.set(keep.dataset.keep, Number(keep.value));
      this.#due(keep.dataset.keep);
    }
    const take = event.target.closest("[data-take]");
    if (take) {
      const control = this.region.querySelector(`textarea[name="${take.dataset.take}"], input[name="${take.dataset.take}"], select[name="${take.dataset.take}"]`);
      if (control?.matches("[type=radio], [type=checkbox]")) location.reload();
      else if (control) control.value = take.dataset.text;
      this.versions.set(take.dataset.take, Number(take.closest(".says").dataset.version));
      this.#forget(take.dataset.take);
      take.closest(".conflict").remove();
      this.#show();
    }
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

  #queue(address) {
    const values = readValues(this.region, address);
    if (!values) return;
    this.waiting.set(address, { values });
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
    while (this.waiting.size) {
      const [address, edit] = this.waiting.entries().next().value;
      this.waiting.delete(address);
      this.#show("saving");
      const status = await this.#post(address, edit);
      if (status === 0) {
        // Not reached: keep it, in front of nothing newer for the same address.
        if (!this.waiting.has(address)) this.waiting.set(address, edit);
        this.retry = setTimeout(() => this.#send(), RETRY_AFTER);
        return;
      }
      if (status === 200) this.stored.set(address, { text: JSON.stringify(edit.values), version: this.#version(address) });
      else this.stored.delete(address);
      if (status === 200 && !this.#isUnsaved(address)) this.#forget(address);
      this.failure = [200, 409, 422].includes(status) ? "" : `Not saved (${status}). What you typed is kept here.`;
    }
  }

  async #post(address, { values, version }) {
    const open = this.region.querySelector(`[data-open-row="${address.split("/")[1]?.split(".")[0]}"]`);
    this.inFlight = { address, text: JSON.stringify(values) };
    const status = await this.post({ base: version ?? this.#version(address), [address]: values, ...(open && { open: open.dataset.openRow }) });
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

  // -- What comes back ---------------------------------------------------------------------------

  /** Nobody's text is replaced while they are typing it. */
  #guard(event) {
    const target = event.detail.target;
    const active = document.activeElement;
    const types = active?.matches("textarea, input:not([type=radio], [type=checkbox])") && target.contains(active);
    const dirty = [...this.timers.keys(), ...this.waiting.keys()].some((address) => target.querySelector(`[name="${address}"]`));
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
    for (const button of this.region.querySelectorAll("[data-take], [data-preview]")) button.hidden = false;
    const saved = document.getElementById("saved");
    if (saved?.dataset.clock) this.region.dataset.clock = saved.dataset.clock;
  }

  #isUnsaved(address) {
    return address === this.inFlight.address || this.timers.has(address) || this.waiting.has(address);
  }

  /** The region says whether anything typed or asked for is not answered yet. */
  #mark() {
    const isBusy = this.timers.size || this.waiting.size || this.sending || this.posting;
    this.region.toggleAttribute("data-unsaved", Boolean(isBusy));
  }

  #show(state = "") {
    this.#mark();
    const saved = document.getElementById("saved");
    if (!saved) return;
    const count = this.waiting.size;
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
    if (values) this.#store({ ...this.#kept(), [address]: { values, version: this.#version(address) } });
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
    for (const [address, edit] of Object.entries(this.#kept())) {
      const controls = (row ?? this.region).querySelectorAll(`[name="${address}"]`);
      if (this.#isUnsaved(address) || (row && !controls.length)) continue;
      writeValues(controls, edit.values);
      this.waiting.set(address, edit);
    }
    if (this.waiting.size) this.#send();
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

/** Remember which pill is chosen, to notice when it is chosen again. */
function markChosen(choice) {
  for (const pill of choice.querySelectorAll("input[type=radio]")) pill.dataset.was = pill.checked ? "on" : "";
}
