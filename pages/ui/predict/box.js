// A square on a picture: drawn, moved and resized with mouse or finger, or with the arrow keys, + and -.
// All numbers are pixels of the whole picture, however large it is on the screen.

const VIEWS = new WeakMap();
const REST = 350; // milliseconds after the last key

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  speak(data);
  if (!VIEWS.has(parentElement)) VIEWS.set(parentElement, new Box(parentElement));
  const view = VIEWS.get(parentElement);
  view.send = (box) => setStateValue("box", box);
  view.show(data);
  return () => {
    view.close();
    VIEWS.delete(parentElement);
  };
}

class Box {
  constructor(parent) {
    this.root = parent.querySelector(".box");
    this.stage = element("div", "stage", { role: "application", tabindex: "0", "aria-describedby": "help" });
    this.stage.setAttribute("aria-label", _("Your picture, to draw a box around a face"));
    this.image = element("img", "", { alt: "" });
    this.frame = element("div", "frame");
    this.corner = element("div", "corner");
    this.told = element("p", "told", { role: "status" });
    const help = element("p", "", { id: "help" });
    help.textContent = _("Draw a square from the forehead to the chin, or move it with the arrow keys and resize it with + and −.");
    this.frame.append(this.corner);
    this.stage.append(this.image, this.frame);
    this.root.append(this.stage, help, this.told);
    this.stage.addEventListener("pointerdown", (event) => this.onDown(event));
    this.stage.addEventListener("pointermove", (event) => this.onMove(event));
    this.stage.addEventListener("pointerup", () => this.onUp());
    this.stage.addEventListener("pointercancel", () => this.onUp());
    this.stage.addEventListener("keydown", (event) => this.onKey(event));
  }

  close() {
    clearTimeout(this.timer);
  }

  show(data) {
    if (data.token === this.token) return; // it is being drawn: what is on the screen is newer
    Object.assign(this, { token: data.token, width: data.width, height: data.height, smallest: data.smallest });
    this.image.src = data.picture;
    this.fresh = !data.box; // a box that nobody has drawn yet gives way to one that is drawn over it
    const short = Math.min(this.width, this.height);
    const [left, top, right, bottom] = data.box || [0, 0, 0, 0];
    const side = data.box ? Math.min(Math.max(right - left, bottom - top), short) : Math.round(short * 0.6);
    const middle = data.box ? [(left + right) / 2, (top + bottom) / 2] : [this.width / 2, this.height / 2];
    this.place(middle[0] - side / 2, middle[1] - side / 2, side);
  }

  place(left, top, side) {
    const most = Math.min(this.width, this.height);
    this.side = Math.round(clamp(side, Math.min(this.smallest, most), most));
    this.left = Math.round(clamp(left, 0, this.width - this.side));
    this.top = Math.round(clamp(top, 0, this.height - this.side));
    this.frame.style.left = `${(100 * this.left) / this.width}%`;
    this.frame.style.top = `${(100 * this.top) / this.height}%`;
    this.frame.style.width = `${(100 * this.side) / this.width}%`;
    this.frame.style.height = `${(100 * this.side) / this.height}%`;
  }

  tell() {
    this.fresh = false;
    this.told.textContent =
      `Box of ${this.side} by ${this.side} pixels, ${this.left} from the left, ${this.top} from the top.`;
    this.send([this.left, this.top, this.left + this.side, this.top + this.side]);
  }

  point(event) {
    const seen = this.stage.getBoundingClientRect();
    const x = ((event.clientX - seen.left) / seen.width) * this.width;
    const y = ((event.clientY - seen.top) / seen.height) * this.height;
    return [clamp(x, 0, this.width), clamp(y, 0, this.height)];
  }

  onDown(event) {
    if (event.button) return;
    const [x, y] = this.point(event);
    const target = event.target;
    this.before = [this.left, this.top, this.side];
    if (target === this.corner) this.drag = { anchor: [this.left, this.top] };
    else if (target === this.frame && !this.fresh) this.drag = { grip: [x - this.left, y - this.top] };
    else this.drag = { anchor: [x, y] };
    this.stage.setPointerCapture(event.pointerId);
    this.stage.focus({ preventScroll: true });
    event.preventDefault();
  }

  onMove(event) {
    if (!this.drag) return;
    const [x, y] = this.point(event);
    const { grip, anchor } = this.drag;
    if (grip) this.place(x - grip[0], y - grip[1], this.side);
    else this.stretch(anchor, x, y);
  }

  // A square from the anchor towards the pointer; where the picture ends, it stops growing.
  stretch([fromX, fromY], x, y) {
    const roomX = x < fromX ? fromX : this.width - fromX;
    const roomY = y < fromY ? fromY : this.height - fromY;
    const side = Math.min(Math.max(Math.abs(x - fromX), Math.abs(y - fromY)), roomX, roomY);
    if (side >= this.smallest) this.place(x < fromX ? fromX - side : fromX, y < fromY ? fromY - side : fromY, side);
  }

  onUp() {
    if (!this.drag) return;
    this.drag = undefined;
    if ([this.left, this.top, this.side].some((value, i) => value !== this.before[i])) this.tell();
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = Math.max(1, Math.round(Math.min(this.width, this.height) / (event.shiftKey ? 10 : 50)));
    const [across, down, growth] = {
      ArrowLeft: [-step, 0, 0],
      ArrowRight: [step, 0, 0],
      ArrowUp: [0, -step, 0],
      ArrowDown: [0, step, 0],
      "+": [0, 0, step],
      "=": [0, 0, step],
      "-": [0, 0, -step],
      Enter: [0, 0, 0],
    }[event.key] || [];
    if (across === undefined) return;
    this.place(this.left + across - growth / 2, this.top + down - growth / 2, this.side + growth);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tell(), event.key === "Enter" ? 0 : REST);
    event.preventDefault();
    event.stopPropagation();
  }
}

function clamp(value, low, high) {
  return Math.max(low, Math.min(value, high));
}

function element(tag, className, attributes = {}) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  return made;
}
