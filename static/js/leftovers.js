// What was typed, could not be stored, and has no place on this page: said on top of it, not lost and
// not tried in silence each time.

export class Leftovers {
  constructor(region, autosave) {
    this.region = region;
    this.autosave = autosave;
    this.labels = new Map(); // address -> what people call it
    this.list = document.getElementById("leftovers");
    this.list?.addEventListener("click", ({ target }) => target.matches("[data-drop]") && autosave.drop(target.dataset.drop));
  }

  /** An edit is sent for which there is no control here; what is said of it has to stand somewhere. */
  expect(address, { values }) {
    const item = this.list?.querySelector("template").content.firstElementChild.cloneNode(true);
    if (!item || this.#item(address)) return;
    const [stage, rest = ""] = address.split(/\.(.*)/s);
    const row = rest.match(/^([^/]+)\/([^.]+)/);
    item.dataset.leftover = address;
    item.querySelector(".says").id = `s-${address.replaceAll("/", "--").replaceAll(".", "-")}`;
    item.querySelector("[data-label]").textContent = this.labels.get(address) || address;
    item.querySelector("[data-text]").textContent = values.filter(Boolean).join(", ") || "(emptied)";
    item.querySelector("[data-drop]").dataset.drop = address;
    const there = item.querySelector("a");
    there.href = there.href.replace("/general/", `/${stage}/`);
    if (row) {
      Object.assign(item.querySelector("[data-op]").dataset, { table: `${stage}.${row[1]}`, row: row[2] });
      there.href += `?row=${row[2]}#r-${stage}-${row[1]}--${row[2]}`;
    } else {
      item.querySelector("[data-op]").remove();
      there.href += `#c-${address.replaceAll(".", "-")}`;
    }
    this.list.append(item);
  }

  /** What became of an edit: it is said only when it could not be stored. */
  show(address, status) {
    const item = this.#item(address);
    if (status === 200) item?.remove();
    else if (item) {
      item.hidden = false;
      const isGone = item.querySelector(".field__says--error")?.textContent.includes("deleted");
      item.querySelector("a").hidden = isGone;
      const back = item.querySelector("[data-op]");
      if (back) back.hidden = !isGone;
    }
    if (this.list) this.list.hidden = !this.list.querySelector("[data-leftover]:not([hidden])");
  }

  #item(address) {
    return this.list?.querySelector(`[data-leftover="${address}"]`);
  }
}
