// The conversation on a page: comments begin where one reads, threads change in place, what others
// say waits until it is asked for.

import { localTimes } from "./app.js";
import { Composers, ask, made } from "./composers.js";
import { isOff, isTyping } from "./keys.js";
import { startMentions } from "./mentions.js";
import { highlight, highlightCurrent, selection, threadAt } from "./quotes.js";

const SEEN_AFTER = 3000; // ms
const DIRECTIONS = { ArrowLeft: ["backward", "character"], ArrowRight: ["forward", "character"], ArrowUp: ["backward", "line"], ArrowDown: ["forward", "line"] };
const BESIDE = 8; // px between selected words and the button

const talk = document.getElementById("talk");
if (talk) start();

function start() {
  const news = document.getElementById("news");
  const reactions = document.getElementById("reactions");
  const begins = talk.dataset.composesAt;
  let fresh = null; // what others said, not shown yet
  let reactsTo = null;

  const composers = new Composers(document.querySelector("[data-design]").dataset, { sent, say });
  if (begins) startMentions(talk.dataset.people);
  const button = begins ? selectionButton() : null;

  highlight();
  offerKept();
  arrive();
  addEventListener("hashchange", arrive);
  document.addEventListener("click", clicked);
  document.addEventListener("keydown", pressed);
  document.addEventListener("focusin", ({ target }) => highlightCurrent(target.closest(".thread")));
  document.addEventListener("mouseover", ({ target }) => {
    const thread = target.closest(".thread");
    if (thread) highlightCurrent(thread);
  });
  document.addEventListener("seven:talk", hear);
  document.addEventListener("seven:put-away", offerKept);
  if (document.querySelector("[data-looks]")) setTimeout(looked, SEEN_AFTER);

  // -- What is clicked ---------------------------------------------------------------------------

  function clicked(event) {
    const { target } = event;
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = target.closest("a[data-composes], a[data-unfolds], a[data-unfolds-threads], a[data-reacts]");
    const act = target.closest("button[form=talk]");
    if (link) {
      event.preventDefault();
      if (link.matches("[data-composes]")) compose(link);
      else if (link.matches("[data-unfolds]")) unfold(link);
      else if (link.matches("[data-reacts]")) offerReactions(link);
      else showAllAt(link);
    } else if (act) {
      event.preventDefault();
      post(act);
    } else if (target.closest("[data-shows-news]")) showNews();
    else if (target.closest("[data-continues]")) continueKept();
    else if (target.closest(".thread")) target.closest(".thread:not(:focus-within)")?.focus({ preventScroll: true });
    else if (target.closest("#report") && getSelection().isCollapsed) threadAt(event.clientX, event.clientY)?.focus();
  }

  /** Open the form of a link: in its thread, or beside its answer. */
  function compose(link, selected) {
    const thread = link.closest(".thread");
    const area = thread ? null : selectedInText(link);
    const url = area ? `${begins}?about=${encodeURIComponent(area.about)}` : link.href;
    composers.open(url, (form) => (thread ? thread.append(form) : putFirst(form, margin(link.dataset.beside))), { selected: selected ?? area, opener: link });
  }

  /** On the page of a stage: the words that are selected where the answer is written. */
  function selectedInText(link) {
    const areas = link.closest("form.question")?.querySelectorAll("textarea[name]") ?? [];
    const area = [...areas].find((one) => one.selectionStart < one.selectionEnd);
    if (!area) return null;
    const { name, value, selectionStart, selectionEnd } = area;
    return { about: `text:${name}`, quote: value.slice(selectionStart, selectionEnd).trim(), prefix: "", suffix: "", start: "" };
  }

  /** Before the threads there, so that it stands beside the answer. */
  function putFirst(form, place) {
    place.insertBefore(form, place.querySelector(":scope > .thread"));
  }

  function margin(place) {
    const found = document.getElementById(`m-${place}`) ?? document.getElementById("m-design");
    found.hidden = false;
    return found;
  }

  async function unfold(link) {
    const there = link.closest(".thread").querySelector(".change-of");
    if (there) return there.remove();
    const html = await fetched(link.href);
    if (html) link.closest(".thread__foot").after(made(html));
  }

  async function showAllAt(link) {
    const html = await fetched(link.href);
    if (!html) return;
    const all = [...made(html).querySelectorAll(".thread")].filter(({ id }) => !document.getElementById(id));
    for (const thread of all) localTimes(thread);
    link.replaceWith(...all);
    all[0]?.focus();
    highlight();
  }

  function offerReactions(link) {
    reactsTo = link;
    for (const one of reactions.querySelectorAll("button")) one.formAction = link.href;
    reactions.showPopover();
    const { left, bottom } = link.getBoundingClientRect();
    reactions.style.left = `${Math.min(left, innerWidth - reactions.offsetWidth - BESIDE)}px`;
    reactions.style.top = `${Math.min(bottom + 2, innerHeight - reactions.offsetHeight - BESIDE)}px`;
    reactions.querySelector("button").focus();
  }

  /** Post what a button says and take the thread that comes back. */
  async function post(act) {
    const isReaction = reactions.contains(act);
    const thread = (isReaction ? reactsTo : act).closest(".thread");
    const comment = (isReaction ? reactsTo : act).closest(".comment")?.id;
    const values = new FormData(talk);
    if (act.name) values.set(act.name, act.value);
    if (isReaction) reactions.hidePopover();
    try {
      const answer = await ask(act.formAction, values);
      if (composers.isSignedOut(answer)) return;
      if (!answer.ok) return say(`Not done (${answer.status}). Load the page again.`);
      if (!thread) return seen();
      const now = take(made(await answer.text()).querySelector(".thread"), thread);
      const undo = now.querySelector("[formaction$='put-back/']");
      const tool = comment && document.getElementById(comment)?.querySelector(".reaction--mine, .comment__tools > *");
      (undo ?? tool ?? now).focus({ preventScroll: true });
    } catch {
      say("Offline. Nothing was changed; try again later.");
    }
  }

  // -- Threads in the page -----------------------------------------------------------------------

  function sent(form, thread) {
    const now = take(thread, form.closest(".thread"), form);
    form.remove();
    now.focus({ preventScroll: true });
    now.scrollIntoView({ block: "nearest" });
    offerKept();
  }

  /** Put a thread where its older self is, or else in its margin. What is being written in it stays. */
  function take(thread, old = document.getElementById(thread.id), form = null) {
    const was = old ?? document.getElementById(thread.id);
    if (was) {
      const writing = [...was.querySelectorAll("[data-composer]")].filter((one) => one !== form);
      was.replaceWith(thread);
      thread.append(...writing);
    } else {
      if (form) form.before(thread);
      else putFirst(thread, margin(thread.dataset.beside || "design"));
      thread.closest(".row")?.classList.add("row--talk");
    }
    localTimes(thread);
    highlight();
    return thread;
  }

  /** An address with a thread leads to it, also where it waits to be shown. */
  function arrive() {
    if (!/^#t-[0-9a-f-]{36}$/.test(location.hash)) return;
    const thread = document.getElementById(location.hash.slice(1));
    if (!thread) {
      const there = new URL(`${location.hash.slice(3)}/`, new URL(begins || talk.dataset.news, location.href).href.replace(/(new|news)\/$/, ""));
      if (!new URLSearchParams(location.search).has("thread")) location.replace(there);
      return;
    }
    thread.querySelector("details.thread__said")?.setAttribute("open", "");
    thread.focus({ preventScroll: true });
    thread.scrollIntoView({ block: "center" });
  }

  // -- Selected words ------------------------------------------------------------------------------

  function selectionButton() {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "button button--small selecting", hidden: true });
    made.innerHTML = "Comment <kbd>c</kbd>";
    made.addEventListener("mousedown", (event) => event.preventDefault()); // the words stay selected
    made.addEventListener("click", commentOnSelection);
    document.body.append(made);
    let timer;
    document.addEventListener("selectionchange", () => {
      clearTimeout(timer);
      timer = setTimeout(placeButton, 120);
    });
    addEventListener("scroll", () => !made.hidden && placeButton(), { passive: true });
    return made;
  }

  function placeButton() {
    const selected = selection();
    button.hidden = !selected;
    if (!selected) return;
    const { left, right, bottom } = [...selected.range.getClientRects()].at(-1) ?? selected.range.getBoundingClientRect();
    button.style.left = `${Math.max(BESIDE, Math.min(right > left ? right - 40 : left, innerWidth - button.offsetWidth - BESIDE))}px`;
    button.style.top = `${Math.min(bottom + BESIDE, innerHeight - button.offsetHeight - BESIDE)}px`;
  }

  function commentOnSelection() {
    const selected = selection();
    if (!selected) return;
    const row = selected.element.closest(".row");
    const link = row?.querySelector("a[data-composes]");
    if (!link) return;
    button.hidden = true;
    composers.open(`${begins}?about=${encodeURIComponent(selected.about)}`, (form) => putFirst(form, margin(link.dataset.beside)), { selected, opener: link });
  }

  /** Select with the keys where no caret is shown; the answer in view is where that begins. */
  function select(event) {
    const report = document.getElementById("report");
    const chosen = getSelection();
    if (!report || !(event.key in DIRECTIONS)) return;
    if (!chosen.anchorNode || !report.contains(chosen.anchorNode)) {
      const text = inView()?.querySelector("[data-at], tbody th");
      if (!text) return;
      chosen.setPosition(text, 0);
    }
    const [way, step] = DIRECTIONS[event.key];
    chosen.modify("extend", way, step === "character" && (event.ctrlKey || event.altKey) ? "word" : step);
    event.preventDefault();
  }

  /** The answer, or the question, that somebody looks at: where the focus is, or a selected label. */
  function inView() {
    const chosen = getSelection();
    const selected = chosen.isCollapsed ? null : chosen.anchorNode.parentElement;
    for (const one of [document.activeElement, selected]) {
      const row = one?.closest(".row");
      if (row?.querySelector("a[data-composes]")) return row;
    }
    const top = document.querySelector(".bar")?.getBoundingClientRect().bottom ?? 0;
    const rows = [...document.querySelectorAll(".row:has(a[data-composes])")];
    return rows.find((row) => row.getBoundingClientRect().bottom > top + 60);
  }

  // -- Keys ------------------------------------------------------------------------------------------

  function pressed(event) {
    if (event.defaultPrevented || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (begins && event.shiftKey && event.key.startsWith("Arrow")) return select(event);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const thread = event.target.closest?.(".thread");
    if (event.key === "Enter" && event.target === thread) thread.querySelector("[data-composes]")?.click();
    else if (isOff()) return;
    else if (event.key === "c" && begins) selection() ? commentOnSelection() : inView()?.querySelector("a[data-composes]")?.click();
    else if (event.key === "e" && thread) thread.querySelector("[data-settles]")?.click();
    else if (event.key === "l" && fresh) showNews();
    else return;
    event.preventDefault();
  }

  // -- What others say -------------------------------------------------------------------------------

  async function hear() {
    const html = await fetched(`${talk.dataset.news}?${new URLSearchParams({ since: talk.dataset.since })}`, { quietly: true });
    if (!html) return;
    fresh = made(html).querySelector("[data-count]");
    const count = Number(fresh.dataset.count);
    bar(`${count} new ${count === 1 ? "comment" : "comments"}: show`, "data-shows-news", "l");
  }

  function showNews() {
    const { now } = fresh.dataset;
    const threads = [...fresh.querySelectorAll(".thread")];
    for (const thread of threads) take(thread);
    talk.dataset.since = now;
    fresh = null;
    news.replaceChildren();
    threads[0]?.focus({ preventScroll: true });
    threads[0]?.scrollIntoView({ block: "center" });
    setTimeout(looked, SEEN_AFTER);
  }

  async function looked() {
    if (document.hidden) return document.addEventListener("visibilitychange", () => setTimeout(looked, SEEN_AFTER), { once: true });
    const values = new FormData(talk);
    values.set("at", talk.dataset.since);
    try {
      await ask(talk.action, values);
    } catch {
      // They stay new until the next look.
    }
  }

  function seen() {
    for (const one of document.querySelectorAll(".thread--new, .comment--new")) one.classList.remove("thread--new", "comment--new");
    for (const one of document.querySelectorAll(".thread__new, .talkbar__new")) one.remove();
  }

  // -- Words to the reader -----------------------------------------------------------------------------

  /** Comments that were begun and not sent can be gone on with. */
  function offerKept() {
    const open = new Set([...document.querySelectorAll("[data-composer]")].map(({ dataset }) => dataset.name));
    const waiting = Object.keys(composers.kept()).filter((name) => !open.has(name));
    if (fresh) return;
    news.replaceChildren();
    if (waiting.length) bar(waiting.length === 1 ? "A comment you began is kept here: continue" : `${waiting.length} comments you began are kept here: continue`, "data-continues");
  }

  async function continueKept() {
    news.replaceChildren();
    for (const [name, { url, place, selected }] of Object.entries(composers.kept())) {
      const there = place && document.getElementById(place);
      if (!place?.startsWith("t-") || there) await composers.open(url, (form) => (place?.startsWith("t-") ? there.append(form) : putFirst(form, there ?? margin("design"))), { selected });
      else location.assign(url);
      if (!document.querySelector("[data-composer]")) composers.forget(name);
    }
    document.querySelector("[data-composer]")?.scrollIntoView({ block: "center" });
  }

  function bar(words, does, key) {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "button button--small", textContent: words });
    made.setAttribute(does, "");
    if (key) made.append(" ", Object.assign(document.createElement("kbd"), { textContent: key }));
    news.replaceChildren(made);
  }

  function say(words, { login } = {}) {
    const said = Object.assign(document.createElement("p"), { className: "newsbar__said", textContent: words });
    if (login) said.append(" ", Object.assign(document.createElement("a"), { href: login, textContent: "Sign in" }));
    news.replaceChildren(said);
  }

  async function fetched(url, { quietly } = {}) {
    try {
      const answer = await ask(url);
      if (answer.status === 200 && !answer.headers.get("HX-Redirect")) return await answer.text();
      if (!quietly && !composers.isSignedOut(answer) && !answer.ok) say(`That did not come (${answer.status}). Load the page again.`);
    } catch {
      if (!quietly) say("Offline. Try again when the network is back.");
    }
    return "";
  }
}
