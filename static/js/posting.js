// One form after the other: what is posted from a page arrives in the order in which it was done.

export class Posting {
  /** `changed` is called when a form has gone out and when it was answered. */
  constructor(region, user, changed) {
    this.region = region;
    this.user = user;
    this.changed = changed;
    this.line = Promise.resolve();
    this.count = 0; // of forms on their way
    this.login = ""; // where to sign in again, once that is needed
    region.addEventListener("htmx:beforeOnLoad", (event) => this.#stay(event));
    // Who signs in again in another tab has another token from then on.
    document.addEventListener("htmx:configRequest", ({ detail }) => {
      const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
      if (token) detail.headers["X-CSRFToken"] = token;
    });
  }

  /** Post to `url`. Returns the status of the answer, 401 when somebody has to sign in first, and 0
      when the server was not reached. */
  post(values, url) {
    this.count += 1;
    this.changed();
    const answered = this.between(() => this.#postNow(values, url));
    return answered.finally(() => {
      this.count -= 1;
      this.changed();
    });
  }

  /** Do something while no form is on its way. */
  between(work) {
    const done = this.line.then(work);
    this.line = done.catch(() => {});
    return done;
  }

  async #postNow(values, url) {
    let status = 0;
    this.login = "";
    const heard = ({ target, detail: { xhr } }) => {
      // Requests of what stands in the region bubble up to it.
      if (target === this.region && xhr) status = this.login ? 401 : xhr.status;
    };
    this.region.addEventListener("htmx:afterRequest", heard);
    try {
      const opened = [...this.region.querySelectorAll("[data-open-row]")].map((row) => row.dataset.openRow).join(" ");
      const known = { clock: this.region.dataset.clock, writer: this.user, ...(opened && { opened }) };
      await htmx.ajax("POST", url, { source: this.region, target: this.region, swap: "none", values: { ...known, ...values } });
    } catch {
      // The event above has said what happened.
    } finally {
      this.region.removeEventListener("htmx:afterRequest", heard);
    }
    return status;
  }

  /** An answer that leads away to sign in does not take the page away from who writes in it. */
  #stay(event) {
    if (event.target !== this.region) return;
    const elsewhere = event.detail.xhr.getResponseHeader("HX-Redirect");
    if (!elsewhere) return;
    this.login = elsewhere;
    event.preventDefault();
  }
}
