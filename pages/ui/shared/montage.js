// One page of faces: every cell shows its part of one montage picture and is a cell of a keyboard grid.
// Names come from files of other people, so all text is set as text, never as HTML.

const VIEWS = new WeakMap();
const SMALLEST = 52; // pixels a side of a cell: there is room for the face beside its marks
const GAP = 6;

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  if (!VIEWS.has(parentElement)) VIEWS.set(parentElement, new Montage(parentElement));
  const view = VIEWS.get(parentElement);
  view.open = (number) => setTriggerValue("opened", number);
  view.show(data);
  return () => {
    view.close();
    VIEWS.delete(parentElement);
  };
}

class Montage {
  constructor(parent) {
    this.root = parent.querySelector(".montage");
    this.grid = element("div", "grid", { role: "grid" });
    this.tip = element("div", "tip", { "aria-hidden": "true", hidden: "" });
    this.root.append(this.grid, this.tip);
    this.cells = [];
    this.current = 0;
    this.columns = 0;
    this.grid.addEventListener("keydown", (event) => this.onKey(event));
    this.grid.addEventListener("click", (event) => this.onClick(event));
    this.grid.addEventListener("pointermove", (event) => this.onPoint(event));
    this.grid.addEventListener("pointerleave", () => this.hideTip());
    this.grid.addEventListener("focusin", (event) => this.onFocus(event));
    this.grid.addEventListener("focusout", () => this.hideTip());
    this.observer = new ResizeObserver(() => this.layOut());
    this.observer.observe(this.root);
  }

  close() {
    this.observer.disconnect();
  }

  show(data) {
    if (data.token !== this.token) this.fill(data);
    this.grid.setAttribute("aria-label", data.label);
    this.cells.forEach((cell, i) => cell.setAttribute("aria-selected", data.faces[i].number === data.selected));
    const selected = data.faces.findIndex((face) => face.number === data.selected);
    if (selected >= 0) this.moveTo(selected, false);
  }

  fill(data) {
    this.token = data.token;
    this.faces = data.faces;
    this.cells = data.faces.map(makeCell);
    this.columns = 0;
    this.moveTo(0, false);
    this.layOut();
    this.hideTip();
    const picture = new Image();
    picture.onload = () => this.token === data.token && this.paint(picture, data);
    picture.src = data.picture;
  }

  paint(picture, data) {
    this.cells.forEach((cell, i) => {
      const [left, top] = [(i % data.columns) * data.size, Math.floor(i / data.columns) * data.size];
      const canvas = cell.querySelector("canvas");
      canvas.width = canvas.height = data.size;
      canvas.getContext("2d").drawImage(picture, left, top, data.size, data.size, 0, 0, data.size, data.size);
    });
    this.grid.setAttribute("data-painted", data.token);
  }

  layOut() {
    const width = this.root.clientWidth;
    if (!width || !this.cells.length) return;
    const columns = Math.max(3, Math.floor((width + GAP) / (SMALLEST + GAP)));
    if (columns === this.columns) return;
    this.columns = columns;
    const focused = this.grid.contains(this.grid.getRootNode().activeElement);
    const rows = [];
    for (let start = 0; start < this.cells.length; start += columns) {
      const row = element("div", "row", { role: "row" });
      row.append(...this.cells.slice(start, start + columns));
      rows.push(row);
    }
    this.root.style.setProperty("--columns", columns);
    this.grid.replaceChildren(...rows);
    if (focused) this.cells[this.current].focus({ preventScroll: true });
  }

  moveTo(index, focus = true) {
    this.cells[this.current]?.setAttribute("tabindex", "-1");
    this.current = index;
    this.cells[index]?.setAttribute("tabindex", "0");
    if (focus) this.cells[index]?.focus();
  }

  onKey(event) {
    const last = this.cells.length - 1;
    const rowStart = this.current - (this.current % this.columns);
    const whole = event.ctrlKey || event.metaKey;
    const target = {
      ArrowRight: this.current + 1,
      ArrowLeft: this.current - 1,
      ArrowDown: this.current + this.columns,
      ArrowUp: this.current - this.columns,
      Home: whole ? 0 : rowStart,
      End: whole ? last : Math.min(rowStart + this.columns - 1, last),
    }[event.key];
    if (target !== undefined) {
      if (target >= 0 && target <= last) this.moveTo(target);
    } else if (event.key === "Enter" || event.key === " ") {
      this.openCurrent();
    } else if (event.key === "Escape") {
      this.hideTip();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  onClick(event) {
    const cell = cellOf(event);
    if (!cell) return;
    this.moveTo(this.cells.indexOf(cell));
    this.openCurrent();
  }

  openCurrent() {
    this.hideTip(); // the open face tells the same and more
    this.open(this.faces[this.current].number);
  }

  onFocus(event) {
    const cell = cellOf(event);
    if (!cell) return;
    this.moveTo(this.cells.indexOf(cell), false);
    if (cell.matches(":focus-visible")) this.showTip(cell);
  }

  // A pointer that rests while the keyboard moves on does not take the words back.
  onPoint(event) {
    if (event.pointerType === "mouse" && (event.movementX || event.movementY)) this.showTip(cellOf(event));
  }

  showTip(cell) {
    if (!cell || (cell === this.told && !this.tip.hidden)) return;
    this.told = cell;
    const face = this.faces[this.cells.indexOf(cell)];
    const name = element("b", "");
    name.textContent = face.name;
    this.tip.replaceChildren(name, document.createTextNode(face.words));
    this.tip.hidden = false;
    const below = cell.getBoundingClientRect().bottom - this.root.getBoundingClientRect().top + 10;
    const left = cell.getBoundingClientRect().left - this.root.getBoundingClientRect().left;
    this.tip.style.top = `${below}px`;
    this.tip.style.left = `${Math.max(0, Math.min(left, this.root.clientWidth - this.tip.offsetWidth))}px`;
  }

  hideTip() {
    this.tip.hidden = true;
  }
}

function makeCell(face) {
  const cell = element("div", face.wrong ? "wrong" : "", { role: "gridcell", tabindex: "-1" });
  cell.setAttribute("aria-label", `${face.name}: ${face.words}`);
  const sign = element("span", `sign ${face.tone}`, { "aria-hidden": "true" });
  sign.textContent = face.sign;
  cell.append(element("canvas", "", { "aria-hidden": "true" }), sign);
  if (face.wrong) {
    const cross = element("span", "cross", { "aria-hidden": "true" });
    cross.textContent = "✕";
    cell.append(cross);
  }
  return cell;
}

function cellOf(event) {
  return event.target.closest("[role=gridcell]");
}

function element(tag, className, attributes = {}) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  return made;
}
