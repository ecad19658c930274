// What each answer on the page is written from: the version that is stored and, of words, its text.

import { weave } from "./answers.js";

export class Bases {
  constructor(region) {
    this.region = region;
    this.versions = new Map(); // address -> the newest version that is known here
    this.texts = new Map(); // address -> { control, version, text } that the words there come from
  }

  version(address) {
    const held = this.region.querySelector(`[name="${address}"]`)?.closest("[data-version]")?.dataset.version;
    return Math.max(Number(held ?? 0), this.versions.get(address) ?? 0);
  }

  /** The control where words are written at an address, if it is on the page. */
  words(address) {
    return this.region.querySelector(`[data-words][name="${address}"]`);
  }

  /** What the answer that stands at an address is written from. */
  of(address) {
    const control = this.words(address);
    const known = this.texts.get(address);
    if (!control) return known ?? { version: this.version(address) };
    if (known?.control === control) return known;
    const text = control.matches("[data-unstored]") ? undefined : control.defaultValue;
    const base = { control, version: Number(control.dataset.version), text };
    this.texts.set(address, base);
    return base;
  }

  /** The words at an address were written from another text than the page shows. */
  put(address, { version, text }) {
    const control = this.words(address);
    if (control) this.texts.set(address, { control, version, text });
  }

  /** Words that were stored are what the next ones are written from; others' words come into the
      control between them, unless it is being written in. Who has typed on keeps writing from what
      was sent, which the stored text holds: so the next save adds what is new since, once. Returns
      the values that stand there. */
  learn(address, { values, base }, isUnsaved) {
    const control = this.words(address);
    if (!control && base.text === undefined) return values;
    const { version = base.version, merged } = this.region.querySelector(`.says[data-for="${address}"]`)?.dataset ?? {};
    const isShown = merged && !isUnsaved && control && weave(control, JSON.parse(merged));
    const text = isShown ? control.value : values.at(-1);
    this.texts.set(address, { control, version: Number(version), text });
    return isShown ? [text] : values;
  }

  /** What is written from here on is written from the stored text that a conflict shows. */
  seen(says) {
    const address = says.dataset.for;
    const version = Number(says.dataset.version);
    const { text } = says.querySelector("[data-take]").dataset;
    this.versions.set(address, version);
    this.put(address, { version, text });
    return text;
  }
}
