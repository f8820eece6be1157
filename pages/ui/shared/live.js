// Live video: shows the camera mirrored, sends true frames as small JPEGs, draws the answers over the picture.
// The next frame goes only after the answer to the one before, so a slow computer sends fewer.

const QUALITY = 0.8; // of the JPEG
const ACTS = ["pointerdown", "click", "keydown", "change"];
const QUIET = 300; // ms without a frame after one of these
const EDGE = 3; // pixels: of a box
const HICCUP = 300; // ms: the page was drawn for another reason, and the frame on its way may have been lost
export default function (component) {
  const { data, setTriggerValue } = component;
  const [view, leave] = viewOf(component, Live);
  view.send = (frame) => setTriggerValue("frame", frame);
  view.take(data);
  return leave;
}

// Streamlit now and then makes an element anew when two reruns meet. Its camera is handed to the new one, which then
// need not ask the person again; where no new one comes, it is released.
let handedOver = null;

class Live {
  constructor(parent) {
    this.root = parent.querySelector(".live");
    this.stage = element("div", "stage");
    this.video = element("video", "", { playsinline: "", "aria-label": _("Your camera, mirrored") });
    this.video.muted = true;
    this.boxes = element("div", "boxes", { "aria-hidden": "true" });
    this.button = element("button", "start", { type: "button" });
    this.line = element("p", "line", { "aria-live": "polite" });
    this.stage.append(this.video, this.boxes, this.button);
    this.classes = element("div", "classes", { "aria-hidden": "true" });
    this.root.replaceChildren(this.stage, this.line, this.classes);
    this.canvas = document.createElement("canvas");
    this.drawn = new Map(); // face id → its box
    this.number = 0;
    this.button.addEventListener("click", () => (this.stream ? this.stop() : this.start()));
    this.video.addEventListener("loadedmetadata", () => this.fit());
    this.quietUntil = 0;
    for (const kind of ACTS) document.addEventListener(kind, this, { capture: true });
    document.addEventListener(HELD, this);
    this.rest(_("The picture stays on this computer. Nothing is kept of it."));
    if (handedOver) this.begin(handedOver.stream);
  }

  // Someone does something on the page. Streamlit would take a click and a frame that come together for one, and the
  // click would be lost: a frame waits after a click, and a click waits while a frame is on its way out.
  handleEvent(event) {
    if (event.type === HELD) this.isHeldUp = event.detail;
    this.quietUntil = performance.now() + QUIET;
    if (event.type !== "click" || !this.isSending) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    const again = new MouseEvent("click", { bubbles: true, composed: true, cancelable: true });
    const [target] = event.composedPath();
    setTimeout(() => target.dispatchEvent(again), 0);
  }

  // At rest: nothing is filmed, `words` tell why or what comes.
  rest(words) {
    this.button.textContent = _("Start the live picture");
    this.root.dataset.state = "off";
    this.boxes.replaceChildren();
    this.classes.replaceChildren();
    this.drawn.clear();
    this.say(words);
  }

  async start() {
    this.button.disabled = true;
    this.say(_("Waiting for the camera …"));
    try {
      this.begin(await openCamera(640, 480));
    } catch (error) {
      this.rest(error.message);
    } finally {
      this.button.disabled = false;
    }
  }

  begin(stream) {
    if (this.hasLeft) return release(stream); // while the browser asked
    clearTimeout(handedOver?.timer);
    handedOver = null;
    this.stream = stream;
    stream.getVideoTracks()[0].onended = () => this.stop(); // unplugged, or taken back
    this.video.srcObject = stream;
    this.video.play();
    this.root.dataset.state = "on";
    this.button.textContent = _("Stop");
    this.say(_("Looking for a face …"));
    this.later(0);
  }

  stop() {
    if (this.stream) release(this.stream);
    this.halt();
    this.rest(_("The picture stays on this computer. Nothing is kept of it."));
  }

  leave() {
    this.hasLeft = true;
    for (const kind of ACTS) document.removeEventListener(kind, this, { capture: true });
    document.removeEventListener(HELD, this);
    this.stage.remove();
    this.line.remove();
    this.classes.remove();
    if (!this.stream) return;
    const stream = this.stream;
    this.halt();
    const timer = setTimeout(() => {
      release(stream);
      handedOver = null;
    }, HANDING_OVER);
    handedOver = { stream, timer };
  }

  halt() {
    clearTimeout(this.timer);
    this.stream = this.waitsFor = null;
    this.video.srcObject = null;
  }

  fit() {
    this.stage.style.aspectRatio = `${this.video.videoWidth} / ${this.video.videoHeight}`;
  }

  later(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.frame(), ms);
  }

  frame() {
    if (!this.stream) return;
    if (!this.video.videoWidth || document.hidden || this.isHeldUp) return this.later(200);
    const jpeg = frameOf(this.video, this.canvas, this.data.width, QUALITY);
    this.timer = setTimeout(() => this.sendOut(jpeg), 0); // clicks that came meanwhile go first
  }

  sendOut(jpeg) {
    const quiet = this.quietUntil - performance.now();
    if (quiet > 0) return this.later(quiet);
    this.number += 1;
    this.waitsFor = this.number;
    this.sent = performance.now();
    this.isSending = true;
    this.send({ n: this.number, jpeg });
    setTimeout(() => (this.isSending = false), 0); // Streamlit sends in a timeout of its own, just before
    this.later(PATIENCE);
  }

  take(data) {
    const isNews = data.rerun !== this.data?.rerun;
    this.data = data;
    this.classes.style.setProperty("--rows", data.classes);
    if (!data.classes) this.classes.replaceChildren();
    const answer = data.answer;
    if (!this.stream || !this.waitsFor || !isNews) return;
    if (answer?.n !== this.waitsFor) return this.later(HICCUP);
    this.waitsFor = null;
    const took = performance.now() - this.sent;
    this.root.dataset.answers = this.number; // how many, how long: for whoever measures
    this.root.dataset.took = Math.round(took);
    this.root.dataset.ms = answer.ms;
    this.draw(answer.faces);
    this.say(answer.problem || spoken(answer.faces));
    this.later(Math.max(0, 1000 / data.mostASecond - took));
  }

  draw(faces) {
    const there = new Set(faces.map((face) => face.id));
    for (const [id, box] of this.drawn) {
      if (there.has(id)) continue;
      box.remove();
      this.drawn.delete(id);
    }
    faces.forEach((face) => this.drawOne(face));
    const leftFirst = faces.filter((face) => face.classes).reverse(); // the preview is mirrored
    this.classes.replaceChildren(...leftFirst.map((face) => barsOf(face, faces.length > 1)));
  }

  drawOne(face) {
    const isNew = !this.drawn.has(face.id);
    const box = this.drawn.get(face.id) ?? element("div", "");
    if (isNew) box.append(element("span", "tag"));
    const [left, top, right, bottom] = face.place;
    box.className = `box ${face.tone}`;
    box.style.left = share(1 - right); // the preview is mirrored, the words are not
    box.style.top = share(top);
    box.style.width = share(right - left);
    box.style.height = share(bottom - top);
    const tag = box.firstChild;
    tag.textContent = `${face.sign} ${face.word}${face.percent && ` · ${face.percent}`}`;
    if (isNew) this.boxes.append(box);
    this.drawn.set(face.id, box);
    const { offsetWidth: across, offsetHeight: down } = this.boxes;
    tag.style.left = `${Math.max(-(1 - right) * across, Math.min(0, right * across - tag.offsetWidth)) - EDGE}px`;
    tag.classList.toggle("inside", top * down < tag.offsetHeight + EDGE); // never outside the picture
  }

  say(words) {
    if (this.line.textContent !== words) this.line.textContent = words; // told once, not at every frame
  }
}

// All classes of one face, a bar each; under its answer where there are several faces.
function barsOf(face, isOneOfMany) {
  const list = element("div", "face");
  if (isOneOfMany) {
    const title = element("b", "");
    title.textContent = `${face.sign} ${face.word}`;
    list.append(title);
  }
  list.append(...face.classes.map(barOf));
  return list;
}

function barOf(one) {
  const row = element("div", `class ${one.tone}${one.likeliest ? " likeliest" : ""}`);
  const [name, bar, percent] = ["name", "bar", "percent"].map((part) => element("span", part));
  const filled = element("span", "");
  name.textContent = one.name;
  filled.style.width = share(one.share);
  bar.append(filled);
  percent.textContent = one.percent;
  row.append(name, bar, percent);
  return row;
}

// Without percentages: these would be read aloud five times a second.
function spoken(faces) {
  if (!faces.length) return _("No face in the picture.");
  return faces.map((face) => `${face.sign} ${face.word}`).join(" · ");
}

function share(value) {
  return `${(value * 100).toFixed(2)}%`;
}
