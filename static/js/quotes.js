// Which words of an answer are meant: from a selection to a place in its plain text, and back to a
// range that can be highlighted. How a page counts is said in markup/plain_text.py.

const INLINE = new Set(["A", "CODE", "DATA", "EM", "STRONG"]);
const CONTEXT = 32; // code points on either side of a quote
const LONGEST = 2000; // code points
const SPACE = /\s/;
const MARK = /\p{M}/u;

/** The plain text of an element: its code points, and where each of them stands. */
function plain(element) {
  const raw = [];
  gather(element, raw);
  const points = [];
  for (const one of raw) {
    const last = points.at(-1);
    if (!SPACE.test(one.char)) points.push(MARK.test(one.char) && last ? composed(points.pop(), one) : one);
    else if (last && last.char !== " ") points.push({ ...one, char: " " });
  }
  if (points.at(-1)?.char === " ") points.pop();
  return points;
}

function composed(base, mark) {
  return { ...base, char: (base.char + mark.char).normalize("NFC"), to: mark.to };
}

function gather(node, found) {
  if (node.nodeType === Node.TEXT_NODE) {
    let from = 0;
    for (const char of node.data) {
      found.push({ char, node, from, to: from + char.length });
      from += char.length;
    }
    return;
  }
  if (node.nodeType !== Node.ELEMENT_NODE) return;
  const parts = !INLINE.has(node.tagName);
  const between = { char: " ", node, from: 0, to: 0, isBetween: true };
  if (parts) found.push(between);
  if (node.matches("data[value]")) for (const char of `[[${node.value}]]`) found.push({ char, node, isWhole: true });
  else if (!node.matches("figure, .markup-notice")) for (const child of node.childNodes) gather(child, found);
  if (parts) found.push(between);
}

const words = (points) => points.map(({ char }) => char).join("");

/** What is selected in the document that is read: an address, its words and where they stand. */
export function selection() {
  const chosen = getSelection();
  const report = document.getElementById("report");
  if (!report || !chosen.rangeCount || chosen.isCollapsed) return null;
  const range = chosen.getRangeAt(0);
  if (!range.intersectsNode(report)) return null;
  const element = addressed(range.startContainer) ?? [...report.querySelectorAll("[data-at], [data-table] tr :is(th, td), [data-column]")].find((one) => range.intersectsNode(one) && addressOf(one));
  if (!element) return null;
  const points = plain(element);
  const inside = points.map((point) => isInside(range, point));
  let start = inside.indexOf(true);
  let end = inside.lastIndexOf(true) + 1;
  if (start < 0) return null; // only a label before it, or the gap after it
  while (start < end && points[start].char === " ") start += 1;
  while (end > start && points[end - 1].char === " ") end -= 1;
  if (start >= end) return null;
  return {
    element,
    range,
    about: `text:${addressOf(element)}`,
    quote: words(points.slice(start, Math.min(end, start + LONGEST))),
    prefix: words(points.slice(Math.max(start - CONTEXT, 0), start)),
    suffix: words(points.slice(end, end + CONTEXT)),
    start: String(start),
  };
}

function isInside(range, { node, from, to, isWhole, isBetween }) {
  if (isBetween) return false;
  if (isWhole) return range.intersectsNode(node);
  return range.comparePoint(node, from) >= 0 && range.comparePoint(node, to) <= 0;
}

function addressed(node) {
  const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
  const found = element?.closest("[data-at], [data-column], [data-table] tbody :is(th, td)");
  return found && found.closest("#report") && addressOf(found) ? found : null;
}

/** The address of an element that shows an answer. */
function addressOf(element) {
  if (element.dataset.at) return element.dataset.at;
  const table = element.closest("[data-table]");
  const row = element.closest("tbody")?.querySelector("tr[id]");
  if (!table || !row) return "";
  const column = element.dataset.column ?? (element.closest(".table__detail") ? "" : table.dataset.columns.trim().split(" ")[element.cellIndex]);
  return column ? `${table.dataset.table}/${row.id.slice(row.id.indexOf("--") + 2)}.${column}` : "";
}

function elementAt(address) {
  const [table, cell] = address.split("/");
  if (!cell) return document.querySelector(`#report [data-at="${CSS.escape(address)}"]`);
  const dot = cell.indexOf(".");
  if (dot < 0) return null;
  const row = document.getElementById(`a-${table.replaceAll(".", "-")}--${cell.slice(0, dot)}`);
  const column = cell.slice(dot + 1);
  const place = row?.closest("[data-table]").dataset.columns.trim().split(" ").indexOf(column);
  return row && (row.cells[place] ?? row.parentElement.querySelector(`[data-column="${CSS.escape(column)}"]`));
}

/** Where the words of a thread stand in the page; nothing where they do not. */
function rangeOf(thread, known) {
  const { address, start, end } = thread.dataset;
  const element = address && elementAt(address);
  if (!element) return null;
  if (!known.has(element)) known.set(element, plain(element));
  const points = known.get(element);
  const [first, last] = [points[Number(start)], points[Number(end) - 1]];
  if (!first || !last) return null;
  const range = new Range();
  if (first.isWhole) range.setStartBefore(first.node);
  else range.setStart(first.node, first.from);
  if (last.isWhole) range.setEndAfter(last.node);
  else range.setEnd(last.node, last.to);
  return range;
}

const canHighlight = Boolean(globalThis.CSS?.highlights);
const places = new Map(); // thread -> its range

/** Mark the words of all threads on the page. The document itself stays as it is. */
export function highlight() {
  document.documentElement.classList.toggle("no-highlights", !canHighlight);
  if (!canHighlight || !document.getElementById("report")) return;
  const known = new Map();
  places.clear();
  for (const thread of document.querySelectorAll(".thread[data-address]:not(.thread--resolved)")) {
    const range = rangeOf(thread, known);
    if (range) places.set(thread, range);
  }
  CSS.highlights.set("thread", new Highlight(...places.values()));
}

/** Mark the words of one thread more strongly, or of none. */
export function highlightCurrent(thread) {
  if (!canHighlight) return;
  const range = thread && places.get(thread);
  if (range) CSS.highlights.set("thread-current", new Highlight(range));
  else CSS.highlights.delete("thread-current");
}

/** The thread whose words stand at a point of the window. */
export function threadAt(x, y) {
  const caret = document.caretPositionFromPoint?.(x, y);
  const legacy = caret ? null : document.caretRangeFromPoint?.(x, y);
  const [node, offset] = caret ? [caret.offsetNode, caret.offset] : [legacy?.startContainer, legacy?.startOffset];
  if (!node) return null;
  return [...places].find(([, range]) => range.isPointInRange(node, offset))?.[0] ?? null;
}
