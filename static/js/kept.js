// What was typed and is not stored yet stays in this browser, each person's for themselves, and each
// page's in a place of its own. A page holds a lock of that name while it lives. Whichever page of
// the same design is open when it is gone, or is opened next, takes over what it left; what somebody
// has to decide about waits for the next that is opened.

const PREFIX = "seven:kept:";
const REASONS = "seven:reason:";
const OPENING = 3000; // ms, in which the page before this one may still be on its way out

export function newName() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
}

/** What this page is called, here and on the server. */
export const PAGE = newName();

export class Kept {
  /** `adopt(address, entry)` takes over what another page left, or returns false to be asked again. */
  constructor(user, design, adopt) {
    this.prefix = `${PREFIX}${user}:${design}:`;
    this.key = this.prefix + PAGE;
    this.adopt = adopt;
    this.followed = new Set();
    this.release = () => {};
  }

  start() {
    this.#hold();
    this.look(true);
    if (!navigator.locks) return; // on an address without encryption nobody knows who is alive
    addEventListener("pageshow", ({ persisted }) => persisted && this.#hold());
    addEventListener("storage", ({ key }) => key?.startsWith(this.prefix) && this.#follow(key));
  }

  /** Take over what pages left that are gone. */
  look(isOpened = false) {
    for (const key of keys(this.prefix)) this.#follow(key, isOpened);
  }

  /** Keep the edits of an address that are not stored yet, the oldest first; none forgets it. */
  keep(address, edits, { since = Date.now(), ...more } = {}) {
    const kept = read(this.key);
    if (edits.length) kept[address] = { ...more, since: kept[address]?.since ?? since, edits };
    else delete kept[address];
    write(this.key, kept);
  }

  entries() {
    return Object.entries(read(this.key));
  }

  #hold() {
    navigator.locks?.request(this.key, () => new Promise((release) => (this.release = release)));
  }

  async #follow(key, isOpened = false) {
    if (key === this.key || this.followed.has(key)) return;
    this.followed.add(key);
    const take = () => {
      const left = read(key);
      const isOpening = isOpened && performance.now() < OPENING;
      for (const [address, entry] of Object.entries(left)) {
        if ((isOpening || !entry.refused) && this.adopt(address, entry)) delete left[address];
      }
      write(key, left);
    };
    if (navigator.locks) await navigator.locks.request(key, take);
    else take();
    this.followed.delete(key);
  }
}

/** How many edits of a person wait in this browser, and since when. */
export function waitingOf(user) {
  const entries = [...keys(`${PREFIX}${user}:`).flatMap((key) => Object.values(read(key))), ...keys(`${REASONS}${user}:`).map(read)];
  return { count: entries.length, since: Math.min(...entries.map(({ since }) => since)) };
}

export function removeAllOf(user) {
  for (const key of [...keys(`${PREFIX}${user}:`), ...keys(`${REASONS}${user}:`)]) write(key, {});
}

/** A text beside the answers, kept under `name` until it is stored; "" forgets it. */
export function keepReason(user, design, name, text) {
  write(`${REASONS}${user}:${design}:${name}`, text ? { text, since: Date.now() } : {});
}

export function keptReason(user, design, name) {
  return read(`${REASONS}${user}:${design}:${name}`).text ?? "";
}

/** A time of today as "17:04", another with its date. */
export function clockTime(since) {
  const at = new Date(since);
  const isToday = at.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat("en-GB", isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" }).format(at);
}

function keys(prefix) {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "{}");
  } catch {
    return {};
  }
}

function write(key, kept) {
  try {
    if (Object.keys(kept).length) localStorage.setItem(key, JSON.stringify(kept));
    else localStorage.removeItem(key);
  } catch {
    // A full or forbidden storage: the page itself still holds the text.
  }
}
