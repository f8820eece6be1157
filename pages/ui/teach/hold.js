// A camera with a button to hold. Nothing is sent before the button is pressed, and nothing after it is let go.
// The next frame goes only after the answer to the one before. Of several such cameras on a page one is on.

const QUALITY = 0.9; // of the JPEG
const SETTLING = 400; // ms after the last answer until the page is told that the button was let go
export default function (component) {
  const { data, setTriggerValue } = component;
  const [view, leave] = viewOf(component, Hold);
  view.send = (name, value) => setTriggerValue(name, value);
  view.take(data);
  return leave;
}

let handedOver = null; // the camera of an element that was made anew
let filming = null; // the one whose camera is on

class Hold {
  constructor(parent) {
    this.root = parent.querySelector(".hold");
    this.stage = element("div", "stage");
    this.video = element("video", "", { playsinline: "", "aria-label": _("Your camera, mirrored") });
    this.video.muted = true;
    this.begin_ = element("button", "start", { type: "button" });
    this.begin_.textContent = _("Use the camera");
    this.end_ = element("button", "stop", { type: "button", "aria-label": _("Switch the camera off") });
    this.end_.textContent = "✕";
    this.button = element("button", "press", { type: "button" });
    this.line = element("p", "line", { "aria-live": "polite" });
    this.stage.append(this.video, this.end_);
    this.root.replaceChildren(this.begin_, this.stage, this.button, this.line);
    this.canvas = document.createElement("canvas");
    this.number = 0;
    this.begin_.addEventListener("click", () => this.start());
    this.end_.addEventListener("click", () => this.stop());
    this.button.addEventListener("pointerdown", (event) => this.press(event));
    for (const kind of ["pointerup", "pointercancel", "lostpointercapture", "blur"])
      this.button.addEventListener(kind, () => this.letGo());
    this.button.addEventListener("keydown", (event) => this.onKey(event, true));
    this.button.addEventListener("keyup", (event) => this.onKey(event, false));
    this.button.addEventListener("contextmenu", (event) => event.preventDefault());
    this.rest("");
  }

  rest(words) {
    this.root.dataset.state = "off";
    this.button.disabled = true;
    this.say(words);
  }

  async start() {
    this.begin_.disabled = true;
    this.say(_("Waiting for the camera …"));
    try {
      this.begin(await openCamera(1280, 720));
    } catch (error) {
      this.rest(error.message);
    } finally {
      this.begin_.disabled = false;
    }
  }

  begin(stream) {
    if (this.hasLeft) return release(stream);
    clearTimeout(handedOver?.timer);
    handedOver = null;
    if (filming && filming !== this) filming.stop();
    filming = this;
    this.stream = stream;
    stream.getVideoTracks()[0].onended = () => this.halt();
    this.video.srcObject = stream;
    this.video.play();
    this.root.dataset.state = "on";
    this.button.disabled = false;
    this.say(_("The picture stays on this computer. Faces are kept only while you hold the button."));
  }

  stop() {
    if (this.stream) release(this.stream);
    this.halt();
  }

  halt() {
    this.letGo();
    this.stream = null;
    this.video.srcObject = null;
    if (filming === this) filming = null;
    if (!this.hasLeft) this.rest("");
  }

  leave() {
    this.hasLeft = true;
    clearTimeout(this.timer);
    clearTimeout(this.ending);
    tellOthers(false);
    if (filming === this) filming = null;
    if (!this.stream) return;
    const stream = this.stream;
    this.stream = null;
    const timer = setTimeout(() => {
      release(stream);
      handedOver = null;
    }, HANDING_OVER);
    handedOver = { stream, timer, words: this.data?.words };
  }

  onKey(event, isDown) {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    if (isDown && !event.repeat) this.press(event);
    if (!isDown) this.letGo();
  }

  press(event) {
    if (!this.stream || this.isHeld) return;
    if (event.pointerId !== undefined) this.button.setPointerCapture(event.pointerId);
    this.isHeld = true;
    this.taken = this.lost = 0;
    clearTimeout(this.ending);
    this.button.classList.add("held");
    tellOthers(true);
    if (!this.waitsFor) this.frame();
  }

  letGo() {
    if (!this.isHeld) return;
    this.isHeld = false;
    this.button.classList.remove("held");
    if (!this.waitsFor) this.end();
  }

  // The rest of the page shows counts and thumbnails: it is drawn anew once, not at every frame.
  end() {
    clearTimeout(this.timer);
    clearTimeout(this.ending);
    this.ending = setTimeout(() => {
      this.send("done", this.number);
      tellOthers(false);
    }, SETTLING);
  }

  later(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.frame(), ms);
  }

  frame() {
    this.waitsFor = null;
    if (!this.stream) return;
    if (!this.isHeld && this.number) return this.end();
    if (!this.video.videoWidth) return this.later(200);
    const jpeg = frameOf(this.video, this.canvas, this.data.width, QUALITY);
    this.number += 1;
    this.waitsFor = this.number;
    this.sent = performance.now();
    this.send("frame", { n: this.number, jpeg });
    this.later(PATIENCE);
  }

  take(data) {
    const isNews = data.rerun !== this.data?.rerun;
    const isFirst = !this.data;
    this.data = data;
    // It was made anew: the camera goes on where it was on for the same class.
    if (isFirst && handedOver?.words === data.words) this.begin(handedOver.stream);
    this.button.textContent = data.words;
    const answer = data.answer;
    if (!isNews || !this.waitsFor || answer?.n !== this.waitsFor) return;
    this.waitsFor = null;
    if (answer.problem) this.lost += 1;
    else this.taken += 1;
    this.root.dataset.taken = this.taken;
    const taken = _("{taken} taken, {kept} in all").replace("{taken}", this.taken).replace("{kept}", answer.kept);
    this.say(answer.problem || taken);
    if (this.isHeld) this.later(Math.max(0, 1000 / data.mostASecond - (performance.now() - this.sent)));
    else this.end();
  }

  say(words) {
    if (this.line.textContent !== words) this.line.textContent = words;
  }
}

// Frames that a live picture on the page sends meanwhile would meet with these: it waits.
function tellOthers(isHeld) {
  document.dispatchEvent(new CustomEvent(HELD, { detail: isHeld }));
}
