// Every answer is stored by itself, one address at a time and in order. What is not stored yet is
// kept in this browser, so that a lost network, a crash or an expired login costs nothing.

import { isAnswer, labelOf, markChosen, readValues, together, writeValues } from "./answers.js";
import { Bases } from "./bases.js";
import { Kept, newName } from "./kept.js";
import { Leftovers } from "./leftovers.js";
import { Posting } from "./posting.js";
import { sayState } from "./saved.js";

const TYPING_PAUSE = 700; // ms
const RETRY_AFTER = 5000; // ms
const CLOSED = {
  403: "Not saved: somebody else is signed in here now. What you typed is kept for you.",
  404: "Not saved: the design is not open to you any more. What you typed is kept here.",
};

export class Autosave {
  constructor(region) {
    const { design, user } = document.querySelector("[data-design]").dataset;
    this.region = region;
    this.url = region.dataset.url;
    this.bases = new Bases(region);
    this.kept = new Kept(user, design, (address, entry) => this.#adopt(address, entry));
    this.posting = new Posting(region, user, () => this.#mark());
    this.leftovers = new Leftovers(region, this);
    this.timers = new Map(); // address -> what waits for a pause in typing
    this.waiting = new Map(); // address -> { values, base, settles }; no base means the newest known
    this.again = []; // [address, edit] that the server may have heard of or not: first, as they were
    this.inFlight = null; // [address, edit]
    this.refused = new Map(); // address -> the edit that could not be stored as it is
    this.stored = new Map(); // address -> { text, version } that our last save left there
    this.sending = null;
    this.failure = "";
    this.isOffline = false;
    region.dataset.seen = region.dataset.clock; // of what others did, as far as the page shows it
  }

  start() {
    this.region.addEventListener("input", (event) => this.#typed(event.target));
    this.region.addEventListener("change", (event) => this.#changed(event.target));
    this.region.addEventListener("click", (event) => this.#clicked(event));
    this.region.addEventListener("keydown", (event) => this.#pressed(event));
    document.body.addEventListener("htmx:oobBeforeSwap", (event) => this.#guard(event));
    this.region.addEventListener("focusout", (event) => isAnswer(event.target) && setTimeout(() => this.takeOver()));
    addEventListener("online", () => this.resume());
    addEventListener("pagehide", () => {
      this.flush();
      this.kept.release();
    });
    document.addEventListener("visibilitychange", () => document.hidden && this.flush());
    this.region.addEventListener("htmx:afterSettle", ({ target }) => target.matches("[data-row]") && this.fill(target));
    this.kept.start();
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

  /** The server cannot be reached, or wants somebody to sign in first at the address `login`. */
  lose(login = "") {
    this.isOffline = !login;
    this.posting.login = login;
    this.#show();
  }

  /** The network is there, or somebody has signed in again: send what waits. */
  resume() {
    this.lose();
    this.isOffline = false;
    return this.#send();
  }

  // -- What the author does ---------------------------------------------------------------------

  #typed(control) {
    if (!isAnswer(control) || control.matches("[type=radio], [type=checkbox], select")) return;
    const address = control.name;
    clearTimeout(this.timers.get(address));
    this.timers.set(address, setTimeout(() => this.#due(address), TYPING_PAUSE));
    this.#record(address);
    this.#mark();
  }

  #changed(control) {
    if (!isAnswer(control)) return;
    const address = control.name;
    this.#clear(address);
    if (!this.#isKnown(address)) this.#due(address);
    else {
      this.#record(address);
      this.#mark();
    }
  }

  /** Whether what stands at an address is what was last sent for it: nothing else waits there, and
      nobody has changed it since. */
  #isKnown(address) {
    if (this.#waits.has(address)) return false;
    const text = JSON.stringify(readValues(this.region, address));
    if (this.inFlight?.[0] === address) return JSON.stringify(this.inFlight[1].values) === text;
    const stored = this.stored.get(address);
    return stored?.text === text && stored.version === this.bases.version(address);
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
      const address = take.dataset.take;
      const control = this.region.querySelector(`textarea[name="${address}"], input[name="${address}"], select[name="${address}"]`);
      if (control?.matches("[type=radio], [type=checkbox]")) location.reload();
      else if (control) control.value = take.dataset.text;
      this.bases.seen(take.closest(".says"));
      this.drop(address);
      take.closest(".conflict").remove();
    }
  }

  /** Store what stands in the control in place of what the conflict showed, or after it. */
  #settle(says, withTheirs) {
    const address = says.dataset.for;
    const theirs = this.bases.seen(says);
    const control = this.bases.words(address);
    if (withTheirs) control.value = together(control.dataset.words, theirs, control.value);
    this.#clear(address);
    this.#queue(address, true);
    this.#send();
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
    this.#record(address);
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
    while (!this.posting.login && (this.again.length || this.waiting.size)) {
      const [address, edit] = this.again.shift() ?? this.waiting.entries().next().value;
      if (this.waiting.get(address) === edit) this.waiting.delete(address);
      const status = await this.#post(address, edit);
      this.isOffline = !status;
      if (!status || status === 401 || status === 429 || status >= 500) {
        // It may have arrived all the same: exactly this goes again before anything newer, which is
        // then written from a text that the server has.
        this.again.unshift([address, edit]);
        if (status !== 401) this.retry = setTimeout(() => this.#send(), RETRY_AFTER);
        if (status > 401) this.failure = `The server could not save (${status}). It is kept here and tried again.`;
        return;
      }
      if (status === 200) this.#isStored(address, edit);
      else {
        this.stored.delete(address);
        this.refused.set(address, edit);
        this.#record(address);
        this.leftovers.show(address, status);
        if (![409, 422].includes(status)) this.failure = CLOSED[status] ?? `Not saved (${status}). What you typed is kept here.`;
      }
    }
    if (!this.again.length && !this.waiting.size) this.kept.look();
  }

  #isStored(address, edit) {
    const values = this.bases.learn(address, edit, this.isUnsaved(address));
    this.stored.set(address, { text: JSON.stringify(values), version: this.bases.version(address) });
    this.refused.delete(address);
    this.#record(address);
    this.leftovers.show(address, 200);
  }

  async #post(address, edit) {
    edit.base ??= this.bases.of(address);
    edit.token ??= newName();
    this.inFlight = [address, edit];
    this.#record(address);
    this.#show("saving");
    const { values, base, settles, token } = edit;
    const open = this.region.querySelector(`[data-open-row="${address.split("/")[1]?.split(".")[0]}"]`);
    const status = await this.post({
      base: base.version,
      token,
      [address]: values,
      ...(base.text !== undefined && { [`was:${address}`]: base.text }),
      ...(settles && { settles: address }),
      ...(open && { open: open.dataset.openRow }),
    });
    this.inFlight = null;
    this.takeOver();
    return status;
  }

  /** Post to the stage, or elsewhere, after what is on its way. Returns the status, 0 when offline. */
  post(values, url = this.url) {
    return this.posting.post(values, url);
  }

  /** Say that something could not be done, until the next save. */
  fail(text) {
    this.failure = text;
    this.#show();
  }

  // -- What comes back ---------------------------------------------------------------------------

  /** Nobody's text is replaced while they are typing it. */
  #guard(event) {
    if (this.isBusy(event.detail.target)) event.detail.shouldSwap = false;
  }

  /** Whether somebody types in a part of the page, or what they typed there is not stored. */
  isBusy(part) {
    const active = document.activeElement;
    const types = active?.matches("textarea, input:not([type=radio], [type=checkbox])") && part.contains(active);
    const written = [...part.querySelectorAll("[data-waiver]:not([data-sent]) textarea")].some((reason) => reason.value !== reason.defaultValue);
    return types || written || [...this.timers.keys(), ...this.#waits].some((address) => part.querySelector(`[name="${address}"]`));
  }

  /** Learn the new versions, and show quantities as they were understood. */
  takeOver() {
    for (const says of this.region.querySelectorAll(".says[data-for]")) {
      const address = says.dataset.for;
      if (says.querySelector(".conflict")) continue;
      this.bases.versions.set(address, Math.max(this.bases.versions.get(address) ?? 0, Number(says.dataset.version)));
      const control = this.region.querySelector(`input[name="${address}"]`);
      const isBusy = control === document.activeElement || this.isUnsaved(address);
      if (control && !isBusy && says.dataset.normal !== undefined && control.value !== says.dataset.normal) control.value = says.dataset.normal;
      if (says.querySelector(".field__says--error")) control?.setAttribute("aria-invalid", "true");
      else control?.removeAttribute("aria-invalid");
    }
    for (const choice of this.region.querySelectorAll(".choice")) markChosen(choice);
    for (const button of this.region.querySelectorAll("[data-take], [data-both], [data-preview]")) button.hidden = false;
    const { clock, before } = document.getElementById("saved")?.dataset ?? {};
    if (!clock) return;
    // Where others saved since this page looked, what they did is still to be fetched.
    if (before === this.region.dataset.seen) this.region.dataset.seen = clock;
    this.region.dataset.clock = clock;
  }

  isUnsaved(address) {
    return address === this.inFlight?.[0] || this.timers.has(address) || this.#waits.has(address);
  }

  /** The addresses whose edits are to be sent. */
  get #waits() {
    return new Set([...this.again.map(([address]) => address), ...this.waiting.keys()]);
  }

  /** The region says whether anything typed or asked for is not answered yet. */
  #mark() {
    const isBusy = this.timers.size || this.again.length || this.waiting.size || this.sending || this.posting.count;
    this.region.toggleAttribute("data-unsaved", Boolean(isBusy));
  }

  #show(state = "") {
    this.#mark();
    const unsent = new Set([...this.#waits, ...(this.inFlight ? [this.inFlight[0]] : [])]);
    const times = this.kept.entries().filter(([address]) => unsent.has(address)).map(([, { since }]) => since);
    const kept = { count: unsent.size, since: times.length ? Math.min(...times) : 0 };
    if (this.posting.login) sayState("signed-out", { ...kept, login: this.posting.login });
    else if (this.failure) sayState("failed", { text: this.failure });
    else if (this.isOffline) sayState("offline", kept);
    else sayState(state || (unsent.size && this.sending ? "saving" : "stored"));
  }

  // -- What this browser keeps -------------------------------------------------------------------

  /** Keep what is not stored at an address: what the server may have heard of, then what waits, what
      is being typed or what was refused. */
  #record(address) {
    const sent = [...this.again, ...(this.inFlight ? [this.inFlight] : [])].filter(([place]) => place === address).map(([, edit]) => edit);
    const typed = this.timers.has(address) && { values: readValues(this.region, address), base: this.bases.of(address) };
    const newest = typed || this.waiting.get(address) || (!sent.length && this.refused.get(address));
    const edits = [...sent, ...(newest ? [newest] : [])].map(({ values, base = this.bases.of(address), settles, token }) => {
      return { values, version: base.version, was: base.text, settles, token };
    });
    const refused = newest && newest === this.refused.get(address);
    this.kept.keep(address, edits, { refused, label: labelOf(this.region, address) || this.leftovers.labels.get(address) });
  }

  /** Forget what was typed at an address and is not stored. */
  drop(address) {
    this.#clear(address);
    this.waiting.delete(address);
    this.refused.delete(address);
    this.again = this.again.filter(([place]) => place !== address);
    this.#record(address);
    this.leftovers.show(address, 200);
    this.#show();
  }

  /** What was typed or chosen before this script had loaded. */
  #noticeEarly() {
    for (const control of this.region.querySelectorAll("input, textarea, select")) {
      if (!isAnswer(control) || this.isUnsaved(control.name)) continue;
      if (control.matches("textarea, input:not([type=radio], [type=checkbox], [type=hidden])")) {
        if (control.value !== control.defaultValue) this.#typed(control);
      } else if (control.checked !== control.defaultChecked) this.#changed(control);
    }
  }

  /** Put back what an earlier page could not store, and try again. What has no place on this page is
      sent too. What is typed here meanwhile goes first. */
  #adopt(address, { edits, since, label }) {
    if (this.isUnsaved(address)) return false;
    const sent = edits.map(({ values, version, was, settles, token }) => [address, { values, settles, token, base: { version, text: was } }]);
    const [, newest] = sent.at(-1);
    this.again.push(...sent.slice(0, -1));
    this.waiting.set(address, newest);
    this.leftovers.labels.set(address, label);
    this.#place(address, newest);
    this.kept.keep(address, edits, { since, label });
    setTimeout(() => this.#send());
    return true;
  }

  /** Show in a part of the page that has just come what waits for its controls, and try again what
      was refused there. */
  fill(part) {
    for (const [address, edit] of [...this.waiting, ...this.refused]) {
      if (!part.querySelector(`[name="${address}"]`)) continue;
      this.#place(address, edit);
      this.waiting.set(address, edit);
    }
    this.#send();
  }

  /** A row that was deleted is back: what was refused there is sent again. */
  retry(row) {
    for (const [address, edit] of this.refused) if (address.includes(`/${row}.`)) this.waiting.set(address, edit);
    this.fill(this.region);
  }

  #place(address, edit) {
    const controls = this.region.querySelectorAll(`[name="${address}"]`);
    writeValues(controls, edit.values);
    if (edit.base) this.bases.put(address, edit.base);
    if (!controls.length) this.leftovers.expect(address, edit);
  }
}
