// What the cameras of the pages share: asking for one, a frame of it, giving it back. Stands before each of their scripts.

const VIEWS = new WeakMap();
const PATIENCE = 5000; // ms: an answer that has not come by then was lost
const HANDING_OVER = 2000; // ms that an element which is made anew has for taking over the camera
const HELD = "camera-held"; // told by a camera that takes pictures as long as its button is held
const REFUSALS = () => ({
  NotAllowedError: _("The camera was refused: allow it in the browser, beside the address, and start again."),
  NotFoundError: _("There is no camera: connect one and start again."),
  NotReadableError: _("Another program uses the camera: close that and start again."),
});

// The stream of the person's camera, in about this size. Where there is none, an error whose message is for the person.
async function openCamera(width, height) {
  if (!navigator.mediaDevices?.getUserMedia) {
    const port = location.port ? `:${location.port}` : "";
    const said = _("The browser gives its camera to secure addresses only: open {address} on this computer, or use https.");
    throw new Error(said.replace("{address}", `http://localhost${port}`));
  }
  const size = { width: { ideal: width }, height: { ideal: height } };
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { ...size, facingMode: "user" }, audio: false });
  } catch (error) {
    throw new Error(REFUSALS()[error.name] ?? _("The camera could not be started: check it in another program and start again."));
  }
}

// What the camera shows now, at most so many pixels wide, as the address of a JPEG.
function frameOf(video, canvas, mostWide, quality) {
  const width = Math.min(mostWide, video.videoWidth);
  canvas.width = width;
  canvas.height = Math.round((width * video.videoHeight) / video.videoWidth);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", quality);
}

// The view that belongs to an element of the page, made when it is first drawn, and what takes it away with the element.
function viewOf({ parentElement, data }, View) {
  speak(data);
  if (!VIEWS.has(parentElement)) VIEWS.set(parentElement, new View(parentElement));
  const view = VIEWS.get(parentElement);
  const leave = () => {
    VIEWS.delete(parentElement);
    view.leave();
  };
  return [view, leave];
}

function release(stream) {
  stream.getTracks().forEach((track) => track.stop());
}

function element(tag, className, attributes = {}) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  return made;
}

