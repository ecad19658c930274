// Where somebody writes a comment. What is typed is kept in this browser until it is sent: across a
// closed form, a closed page, a lost network and an expired login.

import { keepReason, keptReason } from "./kept.js";

const NAME = "talk";

export function ask(url, body) {
  // Signing in again, perhaps in another tab, made the form's token old.
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  if (token) body?.set("csrfmiddlewaretoken", token);
  const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
  return fetch(url, { method: body ? "POST" : "GET", body, headers, cache: "no-store" });
}

/** HTML of the server as elements of this page. */
export function made(html) {
  const range = document.createRange();
  range.selectNodeContents(document.body);
  return range.createContextualFragment(html);
}

export class Composers {
  /** `sent(form, answer)` takes the thread that came back; `say` tells what went wrong. */
  constructor({ user, design }, { sent, say }) {
    Object.assign(this, { user, design, sent, say });
    document.addEventListener("input", ({ target }) => this.#keep(target.closest("[data-composer]")));
    document.addEventListener("change", ({ target }) => this.#keep(target.closest("[data-composer]")));
    document.addEventListener("keydown", (event) => this.#pressed(event));
    document.addEventListener("click", ({ target }) => target.closest("[data-cancels]") && this.close(target.closest("[data-composer]")));
    document.addEventListener("submit", (event) => {
      if (!event.target.matches("[data-composer]") || event.submitter?.hasAttribute("formaction")) return;
      event.preventDefault();
      if (event.submitter?.matches("[data-suggests]")) this.#goOn(event.target, event.submitter.formAction);
      else this.#send(event.target);
    });
  }

  /** Open the form that `url` answers with: `put` places it. What was kept of it stands in it. */
  async open(url, put, { selected, opener } = {}) {
    const name = `${new URL(url, location.href).pathname}${new URL(url, location.href).search}${selected ? `#${selected.about}:${selected.start}` : ""}`;
    const there = [...document.querySelectorAll("[data-composer]")].find((form) => form.dataset.name === name);
    if (there) return there.querySelector("[data-body]").focus();
    let html;
    try {
      const answer = await ask(url);
      if (this.isSignedOut(answer)) return;
      if (!answer.ok) throw new Error(String(answer.status));
      html = await answer.text();
    } catch {
      this.say("The form did not come. Look at the network, then try again.");
      return;
    }
    const form = made(html).querySelector("[data-composer]");
    const kept = this.kept()[name];
    form.dataset.name = name;
    form.dataset.url = url;
    this.#ready(form);
    this.#fill(form, kept?.selected ?? selected);
    const body = form.querySelector("[data-body]");
    if (kept) body.value = kept.body;
    form.opener = opener;
    put(form);
    body.focus();
    body.setSelectionRange(body.value.length, body.value.length);
  }

  #ready(form) {
    for (const part of form.querySelectorAll("[data-cancels], .composer__keys")) part.hidden = false;
  }

  #fill(form, selected) {
    if (!selected) return;
    form.dataset.selected = JSON.stringify({ ...selected, element: undefined, range: undefined });
    for (const name of ["quote", "prefix", "suffix", "start"]) form.elements[name].value = selected[name];
    const quoted = form.querySelector("[data-quoted]");
    quoted.hidden = false;
    quoted.querySelector("q").textContent = selected.quote;
  }

  /** What waits here to be sent, by the name of its form. */
  kept() {
    try {
      return JSON.parse(keptReason(this.user, this.design, NAME) || "{}");
    } catch {
      return {};
    }
  }

  #keep(form) {
    const body = form?.querySelector("[data-body]");
    if (!form?.dataset.name || !body) return;
    const { name, url, selected } = form.dataset;
    const kept = this.kept();
    const place = form.closest("[id^='t-'], [id^='m-']")?.id;
    if (body.value.trim() && body.value !== body.defaultValue) kept[name] = { url, place, body: body.value, selected: selected && JSON.parse(selected) };
    else delete kept[name];
    this.#store(kept);
  }

  forget(name) {
    const kept = this.kept();
    delete kept[name];
    this.#store(kept);
  }

  #store(kept) {
    keepReason(this.user, this.design, NAME, Object.keys(kept).length ? JSON.stringify(kept) : "");
  }

  #pressed(event) {
    const form = event.target.closest?.("[data-composer]");
    if (!form || event.defaultPrevented) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.close(form);
    }
  }

  close(form) {
    if (!form.dataset.name) return history.back();
    const beside = form.opener ?? form.closest(".thread");
    const isKept = form.dataset.name in this.kept();
    form.remove();
    beside?.focus();
    document.dispatchEvent(new CustomEvent("seven:put-away", { detail: { isKept } }));
  }

  /** Take what was selected and typed to another page, without what would hold it back here. */
  #goOn(form, url) {
    form.action = url;
    HTMLFormElement.prototype.submit.call(form);
  }

  async #send(form) {
    const button = form.querySelector("[type=submit]");
    if (button.disabled) return;
    button.disabled = true;
    try {
      const answer = await ask(form.action, new FormData(form));
      if (this.isSignedOut(answer)) return;
      const html = await answer.text();
      if (answer.status === 422) this.#refused(form, html);
      else if (!answer.ok) this.say(answer.status === 404 ? "Not sent: this is not there any more, or you may not comment now. Your text is kept here." : `Not sent (${answer.status}). Your text is kept here; try again.`);
      else {
        const { name } = form.dataset;
        delete form.dataset.name; // leaving its text keeps nothing any more
        this.forget(name);
        this.sent(form, made(html).querySelector(".thread"));
      }
    } catch {
      this.say("Offline: not sent. Your text is kept here; send it when the network is back.");
    } finally {
      button.disabled = false;
    }
  }

  #refused(form, html) {
    const fresh = made(html).querySelector("[data-composer]");
    Object.assign(fresh.dataset, form.dataset);
    fresh.opener = form.opener;
    this.#ready(fresh);
    form.replaceWith(fresh);
    fresh.querySelector("[data-body]").focus();
  }

  isSignedOut(answer) {
    const login = answer.headers.get("HX-Redirect");
    if (login) this.say("You are signed out. What you typed is kept here.", { login });
    return Boolean(login);
  }
}
