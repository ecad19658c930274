// Asks every few seconds whether the design has changed and who is here: often while the page is in
// use, seldom while it is idle, never while nobody sees it.

import { PAGE } from "./kept.js";
import { showInRail, showPeople } from "./presence.js";

const IDLE_AFTER = 60_000; // ms without a touch, as for the rest of these
const TYPED_LATELY = 20_000;
const IDLE_TIMES = 5; // so much slower then
const NOTED_EVERY = 10_000;
const SLOWEST = 60_000;
const ANSWERS_WITHIN = 10_000;

export class Pulse {
  /** `heard` says up to which clock the page has `seen` the design, and has what follows from an
      answer: `changed`, `lost`, `found`, `signedOut`, `ended`. */
  constructor(element, heard) {
    const { url, clock, talk, stage, seconds } = element.dataset;
    Object.assign(this, { url, talk, stage, heard, clock });
    this.every = Number(seconds) * 1000;
    this.here = "";
    this.failures = 0;
    this.noted = { at: 0, doing: "" };
    this.touched = this.typed = 0;
    this.isOver = !this.every;
  }

  start() {
    if (this.isOver) return;
    this.touched = Date.now();
    for (const kind of ["pointerdown", "keydown", "scroll", "pointermove"]) {
      addEventListener(kind, () => this.#touch(), { passive: true, capture: true });
    }
    addEventListener("input", () => (this.typed = Date.now()));
    document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(this.timer) : this.beat()));
    addEventListener("online", () => this.beat());
    addEventListener("pageshow", ({ persisted }) => persisted && this.beat());
    addEventListener("pagehide", () => this.#leave());
    this.beat();
  }

  /** Ask now, unless an answer is awaited. */
  async beat() {
    clearTimeout(this.timer);
    if (this.isOver || this.asking || document.hidden) return;
    this.asking = true;
    try {
      await this.#hear(await this.#ask());
    } catch {
      this.failures += 1;
      this.heard.lost();
    }
    this.asking = false;
    if (!this.isOver) this.timer = setTimeout(() => this.beat(), this.#pause());
  }

  #pause() {
    const pause = Date.now() - this.touched > IDLE_AFTER ? this.every * IDLE_TIMES : this.every;
    return this.failures ? Math.min(SLOWEST, pause * 2 ** this.failures) : pause;
  }

  #ask() {
    const known = { since: Math.max(this.clock, this.heard.seen()), talk: this.talk, here: this.here, tab: PAGE };
    const signal = AbortSignal.timeout(ANSWERS_WITHIN);
    const { doing } = this;
    if (Date.now() - this.noted.at >= NOTED_EVERY || doing !== this.noted.doing) {
      this.noted = { at: Date.now(), doing };
      Object.assign(known, { stage: this.stage, doing });
    }
    return fetch(`${this.url}?${new URLSearchParams(known)}`, { signal, cache: "no-store" });
  }

  async #hear(answer) {
    if (answer.status === 401) return this.#trouble("signedOut");
    if ([403, 404, 409].includes(answer.status)) {
      this.isOver = true;
      showPeople([]);
      return this.heard.ended(answer.status === 403 ? "" : (await answer.json()).message);
    }
    if (!answer.ok) throw new Error(`A pulse was answered ${answer.status}.`);
    if (this.failures) this.heard.found();
    this.failures = 0;
    if (answer.status !== 204) this.#learn(await answer.json());
  }

  #trouble(kind) {
    this.failures += 1;
    this.heard[kind]();
  }

  #learn({ clock, talk, here, people, addresses }) {
    if (here !== this.here) showPeople(people);
    this.here = here;
    if (talk > Number(this.talk)) tell("seven:talk", { talk });
    this.talk = talk;
    if (clock <= Math.max(this.clock, this.heard.seen())) return;
    this.clock = clock;
    tell("seven:changed", { clock, addresses });
    this.heard.changed(clock);
  }

  /** What the reader does, as others are told. */
  get doing() {
    if (Date.now() - this.typed < TYPED_LATELY) return "editing";
    return Date.now() - this.touched > IDLE_AFTER ? "idle" : "reading";
  }

  #touch() {
    const wasIdle = Date.now() - this.touched > IDLE_AFTER;
    this.touched = Date.now();
    if (wasIdle) this.beat();
  }

  #leave() {
    navigator.sendBeacon(this.url, form({ since: this.clock, tab: PAGE }));
    this.noted = { at: 0, doing: "" };
  }
}

document.addEventListener("htmx:oobAfterSwap", ({ detail }) => detail.target.id === "rail" && showInRail());

function tell(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

function form(values) {
  const made = new FormData();
  for (const [name, value] of Object.entries(values)) made.set(name, value);
  made.set("csrfmiddlewaretoken", document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "");
  return made;
}
