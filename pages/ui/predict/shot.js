// A camera that sends one picture at a click and nothing else. It starts by itself: the person has just asked for it.

const QUALITY = 0.92; // of the JPEG
export default function (component) {
  const { data, setTriggerValue } = component;
  const [view, leave] = viewOf(component, Shot);
  view.data = data;
  view.send = (picture) => setTriggerValue("picture", picture);
  return leave;
}

let handedOver = null; // the camera of an element that was made anew

class Shot {
  constructor(parent) {
    this.root = parent.querySelector(".shot");
    this.stage = element("div", "stage");
    this.video = element("video", "", { playsinline: "", "aria-label": _("Your camera, mirrored") });
    this.video.muted = true;
    this.button = element("button", "", { type: "button" });
    this.line = element("p", "line", { "aria-live": "polite" });
    this.stage.append(this.video);
    this.root.replaceChildren(this.stage, this.button, this.line);
    this.canvas = document.createElement("canvas");
    this.video.addEventListener("loadeddata", () => this.ready());
    this.button.addEventListener("click", () => (this.stream ? this.take() : this.start()));
    if (handedOver) this.begin(handedOver.stream);
    else this.start();
  }

  rest(words) {
    this.root.dataset.state = "none";
    this.button.textContent = _("Try again");
    this.button.disabled = false;
    this.line.textContent = words;
  }

  async start() {
    this.root.dataset.state = "off";
    this.button.textContent = _("Take the picture");
    this.button.disabled = true;
    this.line.textContent = _("Waiting for the camera …");
    try {
      this.begin(await openCamera(1280, 720));
    } catch (error) {
      this.rest(error.message);
    }
  }

  begin(stream) {
    if (this.hasLeft) return release(stream); // while the browser asked
    clearTimeout(handedOver?.timer);
    handedOver = null;
    this.stream = stream;
    stream.getVideoTracks()[0].onended = () => this.stop(); // unplugged, or taken back
    this.button.textContent = _("Take the picture");
    this.video.srcObject = stream;
    this.video.play();
  }

  ready() {
    this.root.dataset.state = "on";
    this.button.disabled = false;
    this.line.textContent = _("The picture stays on this computer.");
    this.stage.style.aspectRatio = `${this.video.videoWidth} / ${this.video.videoHeight}`;
  }

  take() {
    this.send(frameOf(this.video, this.canvas, this.data.width, QUALITY));
    this.line.textContent = _("Taken: see below. The picture stays on this computer.");
  }

  stop() {
    this.stream = this.video.srcObject = null;
    this.rest(_("The camera has stopped."));
  }

  leave() {
    this.hasLeft = true;
    if (!this.stream) return;
    const stream = this.stream;
    const timer = setTimeout(() => {
      release(stream);
      handedOver = null;
    }, HANDING_OVER);
    handedOver = { stream, timer };
  }
}
