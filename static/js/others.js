// What others change comes into the page while somebody works in it: what they type stays, what they
// look at does not move, and what cannot be shown now is shown when they leave it.

import { isAnswer, readValues } from "./answers.js";

const NEWS_FOR = 4000; // ms
const STEPS = "a, button, summary"; // what may have the focus and says nothing about the part around it
// What differs between two printings of the same part, and says nothing about it.
const UNLIKE = "input[name=csrfmiddlewaretoken], input[name=base]";

export class Others {
  constructor(region, autosave, url) {
    this.region = region;
    this.autosave = autosave;
    this.url = url;
    this.isLate = false; // something was left as it was
    this.isReading = false;
    this.status = document.getElementById("presence-status");
    this.source = document.getElementById("presence");
    // The page stays when the login has run out; the header says so.
    this.source.addEventListener("htmx:beforeOnLoad", (event) => event.detail.xhr.getResponseHeader("HX-Redirect") && event.preventDefault());
    this.source.addEventListener("htmx:afterSwap", () => this.#settle());
    document.body.addEventListener("htmx:oobBeforeSwap", (event) => this.isReading && this.#take(event));
    region.addEventListener("focusout", () => setTimeout(() => this.#later()));
    region.addEventListener("htmx:afterRequest", ({ target }) => target === region && setTimeout(() => this.#isTyping || this.#later()));
  }

  /** Fetch what differs from what the page shows, after what it is saving. */
  catchUp() {
    this.asked ??= this.autosave.posting.between(() => this.#fetch()).finally(() => (this.asked = null));
    return this.asked;
  }

  #later() {
    this.#removeGone();
    if (this.isLate) this.catchUp();
  }

  get #isTyping() {
    return document.activeElement?.matches("textarea, input");
  }

  async #fetch() {
    const opened = [...this.region.querySelectorAll("[data-open-row]")].map((row) => row.dataset.openRow);
    const hidden = [...this.region.querySelectorAll(".field[hidden], .row[hidden]")].map(({ id }) => id);
    const values = { since: this.region.dataset.seen, opened: opened.join(" "), hidden: hidden.join(" ") };
    this.isLate = false;
    this.news = [];
    this.isReading = true;
    try {
      await htmx.ajax("GET", this.url, { source: this.source, target: this.source, swap: "none", values });
    } catch {
      this.isLate = true; // the pulse says what is wrong, and comes again
    }
    this.isReading = false;
    this.#settle();
    this.#say();
  }

  /** Before the next picture is painted. */
  #settle() {
    if (!this.isReading || !this.steady) return;
    this.refocus?.();
    this.autosave.takeOver();
    this.steady();
    this.steady = this.refocus = null;
  }

  #take(event) {
    const { detail } = event;
    const { target } = detail;
    const fresh = detail.fragment.firstElementChild;
    if (!fresh) return;
    this.steady ??= steady(this.region);
    if (target.id === "saved") this.clock = fresh.dataset.clock;
    else if (isSame(target, fresh)) detail.shouldSwap = false;
    else if (target.matches(".tableform") && target.querySelector(".table") && (fresh.querySelector(".table") || this.#isHeld(target))) {
      detail.shouldSwap = false;
      this.#takeRows(target, fresh);
    } else if (!detail.shouldSwap || this.#isHeld(target)) {
      detail.shouldSwap = false;
      this.isLate = true;
    } else {
      keepOpen(target, fresh);
      this.#noteFocus(target);
      if (target.matches("tr") || (target.matches(".field") && isOther(target, fresh))) this.news.push(target.id);
    }
  }

  /** Whether somebody is at it: types there, has something unsaved, or chooses from it. */
  #isHeld(part) {
    const active = document.activeElement;
    return this.autosave.isBusy(part) || (part.contains(active) && active.matches("input, textarea, select"));
  }

  /** The focus returns to the same link or button of the part that comes in place of this one. */
  #noteFocus(part) {
    const place = [...part.querySelectorAll(STEPS)].indexOf(document.activeElement);
    if (place >= 0) this.refocus = () => document.getElementById(part.id)?.querySelectorAll(STEPS)[place]?.focus({ preventScroll: true });
  }

  // -- Tables ------------------------------------------------------------------------------------

  /** Rows come, go and change places around the one that somebody works in. */
  #takeRows(form, fresh) {
    const table = form.querySelector(".table");
    const wanted = [];
    for (const row of fresh.querySelectorAll(":scope > .table > tbody")) {
      const here = document.getElementById(row.id);
      if (!here) this.news.push(row.id);
      wanted.push(here ? this.#takeRow(here, row) : row);
    }
    for (const row of [...table.querySelectorAll(":scope > tbody")]) {
      if (wanted.includes(row)) continue;
      const before = wanted.indexOf(row.previousElementSibling);
      if (!this.#isInUse(row)) row.remove();
      else {
        this.#sayGone(row);
        wanted.splice(before + 1, 0, row);
      }
    }
    let last = table.querySelector("thead");
    for (const row of wanted) {
      // What has the focus loses it when it is moved: so the others move.
      if (row.contains(document.activeElement)) while (last.nextElementSibling !== row) table.append(last.nextElementSibling);
      else if (last.nextElementSibling !== row) last.after(row);
      last = row;
    }
    htmx.process(form);
  }

  /** The row to stand there: the one of the page where it is open, with the line above it renewed. */
  #takeRow(here, fresh) {
    delete here.dataset.gone;
    here.querySelector("[data-gone-word]")?.remove();
    if (!here.querySelector("[data-open-row]")) return isSame(here, fresh) ? here : fresh;
    const [line, renewed] = [here, fresh].map((row) => row.querySelector("tr"));
    if (!isSame(line, renewed)) line.replaceWith(renewed);
    return here;
  }

  #isInUse(row) {
    return row.querySelector("[data-open-row]") && (row.contains(document.activeElement) || this.autosave.isBusy(row) || this.#isRefused(row));
  }

  #isRefused(row) {
    return [...this.autosave.refused.keys()].some((address) => address.includes(`/${row.dataset.row}.`));
  }

  #sayGone(row) {
    if (row.dataset.gone !== undefined) return;
    row.dataset.gone = "";
    const word = document.getElementById("row-gone").content.firstElementChild.cloneNode(true);
    const delete_ = row.querySelector("[data-op=delete]").dataset;
    Object.assign(word.querySelector("[data-op]").dataset, { table: delete_.table, row: delete_.row });
    row.querySelector("fieldset").prepend(word);
  }

  /** A deleted row goes when it is left, unless something in it is not stored. */
  #removeGone() {
    for (const row of this.region.querySelectorAll("[data-gone]")) if (!this.#isInUse(row)) row.remove();
  }

  // -- Saying so ---------------------------------------------------------------------------------

  #say() {
    if (!this.isLate && Number(this.clock) > Number(this.region.dataset.seen)) this.region.dataset.seen = this.clock;
    const changed = this.news.map((id) => document.getElementById(id)).filter(Boolean);
    if (!changed.length) return;
    for (const part of changed) {
      part.classList.add("is-news");
      setTimeout(() => part.classList.remove("is-news"), NEWS_FOR);
    }
    const questions = new Set(changed.map((part) => part.closest(".row")?.querySelector(".question__label label, .question__label > span:not([class])")?.textContent));
    this.status.textContent = `Changed by somebody else: ${[...questions].filter(Boolean).join("; ")}`;
  }
}

/** Remember where what the reader looks at stands; the function that comes back puts it there again. */
function steady(region) {
  const root = document.documentElement;
  const active = document.activeElement;
  const top = document.querySelector(".bar")?.getBoundingClientRect().bottom ?? 0;
  const isSeen = (part) => {
    const { top: from, bottom: to } = part.getBoundingClientRect();
    return to > top && from < innerHeight && to > from;
  };
  const isAt = active && isAnswer(active) && isSeen(active);
  const found = isAt ? active : [...region.querySelectorAll(".row, .field, tbody")].filter(isSeen).findLast((part) => part.getBoundingClientRect().top <= top + 1) ?? [...region.querySelectorAll(".row")].find(isSeen);
  if (!found) return () => {};
  const stood = found.getBoundingClientRect().top;
  root.style.overflowAnchor = "none"; // the browser would hold another part of the page still
  return () => {
    const part = found.isConnected ? found : document.getElementById(found.id);
    if (part) scrollBy({ top: part.getBoundingClientRect().top - stood, behavior: "instant" });
    requestAnimationFrame(() => requestAnimationFrame(() => (root.style.overflowAnchor = "")));
  };
}

/** Whether another answer comes than stands there. */
function isOther(here, fresh) {
  const names = new Set([...fresh.querySelectorAll("[name]")].filter(isAnswer).map(({ name }) => name));
  return [...names].some((name) => JSON.stringify(readValues(here, name)) !== JSON.stringify(readValues(fresh, name)));
}

function isSame(here, fresh) {
  return plain(here) === plain(fresh);
}

/** A part of the page as it was printed, whatever scripts and readers did to it since. */
function plain(part) {
  const copy = part.cloneNode(true);
  for (const one of copy.querySelectorAll(UNLIKE)) one.remove();
  for (const one of copy.querySelectorAll("time")) one.replaceWith(one.dateTime);
  for (const one of copy.querySelectorAll(".rail__here")) one.remove();
  for (const one of [copy, ...copy.querySelectorAll("*")]) {
    for (const name of ["open", "hx-swap-oob", "aria-invalid", "data-was", "aria-expanded"]) one.removeAttribute(name);
    if (one.matches("[data-take], [data-both], [data-preview]")) one.removeAttribute("hidden");
    one.classList.remove("is-news", "htmx-added", "htmx-settling", "htmx-swapping", "htmx-request");
    if (!one.classList.length) one.removeAttribute("class");
  }
  return copy.outerHTML.replace(/\s+/g, " ");
}

/** What was unfolded stays so. */
function keepOpen(here, fresh) {
  const folds = [...fresh.querySelectorAll("details")];
  [...here.querySelectorAll("details")].forEach((fold, place) => {
    const same = fold.dataset.finding ? folds.find((one) => one.dataset.finding === fold.dataset.finding) : folds[place];
    if (fold.open) same?.setAttribute("open", "");
  });
}
