// Answers about photos and the camera in the browser: the same pixels, the same network, the same words as the program.
const data = JSON.parse(document.getElementById("data").textContent);
const { info, framing } = data;
const size = info.input_size;
const at = (id) => document.getElementById(id);
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const CAMERA_REST = 150; // ms between two pictures of the camera
let Tensor, network, detector, filming = false;

// --- pixels: as emotion.images.crop does it ---

// ITU-R 601 luma of RGBA pixels, as Pillow rounds it.
function grey(pixels, width, height) {
  const out = new Uint8Array(width * height);
  for (let i = 0; i < out.length; i += 1) {
    out[i] = (pixels[4 * i] * 19595 + pixels[4 * i + 1] * 38470 + pixels[4 * i + 2] * 7471 + 0x8000) >> 16;
  }
  return { pixels: out, width, height };
}

// A part of a grey picture; beyond the picture its outermost pixels go on.
function cut({ pixels, width, height }, left, top, w, h) {
  const out = new Uint8Array(w * h);
  for (let y = 0; y < h; y += 1) {
    const row = Math.min(Math.max(top + y, 0), height - 1) * width;
    for (let x = 0; x < w; x += 1) out[y * w + x] = pixels[row + Math.min(Math.max(left + x, 0), width - 1)];
  }
  return { pixels: out, width: w, height: h };
}

const sinc = (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const hamming = (x) => (Math.abs(x) >= 1 ? 0 : sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x)));
function bicubic(x) {
  const t = Math.abs(x);
  if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
  return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
}

// One direction of Pillow's resize: `lines` rows of `from` values become rows of `to`.
function resample(pixels, lines, from, to, value) {
  const scale = from / to, wide = Math.max(scale, 1);
  const [filter, reach] = scale > 1 ? [hamming, 1] : [bicubic, 2];
  const out = new Uint8ClampedArray(lines * to);
  for (let x = 0; x < to; x += 1) {
    const centre = (x + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach * wide + 0.5));
    const last = Math.min(from, Math.floor(centre + reach * wide + 0.5));
    const weights = [];
    for (let i = first; i < last; i += 1) weights.push(filter((i - centre + 0.5) / wide));
    const sum = weights.reduce((a, b) => a + b, 0);
    for (let y = 0; y < lines; y += 1) {
      out[y * to + x] = weights.reduce((all, weight, i) => all + weight * value(pixels, y, first + i), 0) / sum;
    }
  }
  return out;
}

function resized({ pixels, width, height }, w, h) {
  let across = pixels;
  if (w !== width) across = resample(pixels, height, width, w, (all, y, x) => all[y * width + x]);
  if (h === height) return { pixels: across, width: w, height: h };
  const down = resample(across, w, height, h, (all, x, y) => all[y * w + x]); // columns as rows
  const out = new Uint8Array(w * h);
  for (let y = 0; y < h; y += 1) for (let x = 0; x < w; x += 1) out[y * w + x] = down[x * h + y];
  return { pixels: out, width: w, height: h };
}

// What the network sees: the longer side becomes `size`, the shorter is padded with its outermost pixels.
function seen(face) {
  const longest = Math.max(face.width, face.height);
  const w = Math.max(1, Math.round((face.width * size) / longest));
  const h = Math.max(1, Math.round((face.height * size) / longest));
  const fitted = w === face.width && h === face.height ? face : resized(face, w, h);
  return cut(fitted, -Math.floor((size - w) / 2), -Math.floor((size - h) / 2), size, size).pixels;
}

function faceIn(picture, [left, top, right, bottom]) {
  const side = Math.max(1, Math.round(data.side * (bottom - top)));
  return cut(picture, Math.floor((left + right - side) / 2 + 0.5), Math.floor((top + bottom - side) / 2 + 0.5), side, side);
}

// --- the network's answer: as emotion.models.answers judges it ---

async function ask(model, values, shape) {
  const tensor = new Tensor(values, shape);
  const outputs = await model.run([tensor]);
  const given = await Promise.all(outputs.map(async (output) => ({ shape: output.type.layout.dimensions, values: await output.data() })));
  tensor.delete();
  outputs.forEach((output) => output.delete());
  return given;
}

async function probabilities(pixels) {
  const outputs = await ask(network, Float32Array.from(pixels, (value) => value / 255), [1, size, size, 1]);
  const given = Array.from(outputs[network.getOutputDetails().findIndex(({ name }) => name === "probability")].values);
  const both = given.length === 1 ? [1 - given[0], given[0]] : given;
  const powers = both.map((p) => Math.max(p, 1e-7) ** (1 / info.temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

function judged(all) {
  if (!data.pair) return info.classes[all.indexOf(Math.max(...all))];
  const [other, positive] = data.pair.map((name) => all[info.classes.indexOf(name)]);
  const p = other + positive > 0 ? positive / (other + positive) : 0.5;
  const [low, high] = info.unsure_band;
  if (low < high && low <= p && p <= high) return "unsure";
  return p > info.threshold ? data.pair[1] : data.pair[0];
}

// What stands above the bars of all classes: of more than two the likeliest, whatever it is of two of them.
function headline(all) {
  const likeliest = info.classes[all.indexOf(Math.max(...all))];
  const said = all.length > 2 ? likeliest : judged(all);
  return data.words[said] ?? `unsure: looks most like ${likeliest}`;
}

// --- faces in a picture: as emotion.images.detectors.blazeface finds them ---

function overlap(a, b) {
  const wide = Math.min(a[2], b[2]) - Math.max(a[0], b[0]), high = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  const shared = Math.max(wide, 0) * Math.max(high, 0);
  return shared / Math.max((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared, 1e-6);
}

async function find(canvas) {
  const side = framing.input, scale = side / Math.max(canvas.width, canvas.height);
  const w = Math.max(1, Math.round(canvas.width * scale)), h = Math.max(1, Math.round(canvas.height * scale));
  const [x0, y0] = [Math.floor((side - w) / 2), Math.floor((side - h) / 2)];
  const small = Object.assign(document.createElement("canvas"), { width: side, height: side }).getContext("2d");
  small.fillRect(0, 0, side, side);
  small.drawImage(canvas, x0, y0, w, h);
  const rgba = small.getImageData(0, 0, side, side).data, input = new Float32Array(side * side * 3);
  for (let i = 0; i < side * side; i += 1) for (let c = 0; c < 3; c += 1) input[3 * i + c] = rgba[4 * i + c] / 127.5 - 1;
  const given = await ask(detector, input, [1, side, side, 3]);
  const boxes = given.find((output) => output.shape.at(-1) === 16).values;
  const logits = given.find((output) => output.shape.at(-1) === 1).values;
  let found = [], i = 0;
  for (const [cells, each] of framing.layers) {
    for (let cell = 0; cell < cells * cells; cell += 1) {
      for (let k = 0; k < each; k += 1, i += 1) {
        const score = 1 / (1 + Math.exp(-logits[i]));
        if (score < framing.score) continue;
        const x = ((cell % cells) + 0.5) * (side / cells) + boxes[16 * i], y = (Math.floor(cell / cells) + 0.5) * (side / cells) + boxes[16 * i + 1];
        const [halfW, halfH] = [Math.abs(boxes[16 * i + 2]) / 2, Math.abs(boxes[16 * i + 3]) / 2];
        found.push({ score, box: [x - halfW, y - halfH, x + halfW, y + halfH] });
      }
    }
  }
  found.sort((a, b) => b.score - a.score);
  const faces = [];
  while (found.length) {
    const same = found.filter((other) => other === found[0] || overlap(found[0].box, other.box) > framing.same);
    const weight = same.reduce((sum, one) => sum + one.score, 0);
    const box = [0, 1, 2, 3].map((edge) => same.reduce((sum, one) => sum + one.score * one.box[edge], 0) / weight);
    const width = (box[2] - box[0] + box[3] - box[1]) / 2;
    const cx = ((box[0] + box[2]) / 2 - x0) / scale, cy = ((box[1] + box[3]) / 2 - framing.up * width - y0) / scale;
    const [across, down] = [framing.width, framing.height].map((share) => (share * width) / 2 / scale);
    faces.push([cx - across, cy - down, cx + across, cy + down]);
    found = found.filter((other) => !same.includes(other));
  }
  return faces.sort((a, b) => a[0] - b[0]);
}

// --- the page ---

const percent = (p) => (p > 0.99 ? "over 99\u00a0%" : `${Math.round(100 * p)}\u00a0%`); // it never claims to be certain

function told(number, many, all) {
  const part = document.createElement("section"), head = document.createElement("h2"), list = document.createElement("ol");
  head.textContent = (many ? `Face ${number}: ` : "") + headline(all);
  for (const [name, p] of info.classes.map((name, label) => [name, all[label]]).sort((a, b) => b[1] - a[1])) {
    const row = Object.assign(document.createElement("li"), { className: "bar" });
    const label = Object.assign(document.createElement("span"), { textContent: name });
    const bar = document.createElement("i"), inner = document.createElement("b");
    inner.style.width = `${100 * p}%`;
    bar.append(inner);
    row.append(label, bar, Object.assign(document.createElement("span"), { textContent: percent(p) }));
    list.append(row);
  }
  part.append(head, list);
  return part;
}

async function answer(source, width, height) {
  const canvas = at("picture"), shrink = Math.min(1, 1280 / Math.max(width, height));
  canvas.width = Math.max(1, Math.round(width * shrink));
  canvas.height = Math.max(1, Math.round(height * shrink));
  const drawing = canvas.getContext("2d", { willReadFrequently: true });
  drawing.drawImage(source, 0, 0, canvas.width, canvas.height);
  const picture = grey(drawing.getImageData(0, 0, canvas.width, canvas.height).data, canvas.width, canvas.height);
  const tiny = Math.max(canvas.width, canvas.height) <= 2 * size; // a face already, not a photo of one
  const boxes = detector && !tiny ? await find(canvas) : [];
  const faces = boxes.length ? boxes.map((box) => faceIn(picture, box)) : [picture];
  const said = [];
  for (const face of faces) said.push(await probabilities(seen(face)));
  drawing.strokeStyle = "#8ab4ff";
  drawing.lineWidth = Math.max(2, canvas.width / 200);
  boxes.forEach(([left, top, right, bottom]) => drawing.strokeRect(left, top, right - left, bottom - top));
  canvas.hidden = false;
  at("answers").replaceChildren(...said.map((all, i) => told(i + 1, said.length > 1, all)));
  if (!boxes.length && !tiny) at("answers").prepend(Object.assign(document.createElement("p"), {
    className: "quiet", textContent: "No face was found; this is said of the whole picture." }));
}

async function open(file) {
  stop();
  let picture;
  try {
    picture = await createImageBitmap(file);
  } catch {
    at("state").textContent = `${file.name} is not a picture that this browser can open. Choose a JPEG or PNG.`;
    return;
  }
  await answer(picture, picture.width, picture.height);
}

async function film() {
  if (filming) return stop();
  const video = at("video");
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user" } });
  } catch {
    at("state").textContent = "The camera cannot be used: none is there, or this page may not use it. Choose a photo.";
    return;
  }
  await video.play();
  filming = true;
  at("camera").textContent = "Stop the camera";
  while (filming) {
    await answer(video, video.videoWidth, video.videoHeight);
    await new Promise((rest) => setTimeout(rest, CAMERA_REST));
  }
}

function stop() {
  filming = false;
  at("camera").textContent = "Use the camera";
  at("video").srcObject?.getTracks().forEach((track) => track.stop());
}

// Asks the faces of the self-test again. Returns how many are answered as when the model was packed.
async function selftest() {
  let right = 0;
  for (const test of data.tests) {
    const all = await probabilities(bytes(test.pixels));
    const near = info.classes.every((name, label) => Math.abs(all[label] - test.probabilities[name]) <= data.tolerance);
    right += near && judged(all) === test.answer;
  }
  return right;
}

async function start() {
  const { loadLiteRt, loadAndCompile, ...library } = await import("@litertjs/core"); // here, so that a failure is told
  Tensor = library.Tensor;
  await loadLiteRt(data.wasm);
  network = await loadAndCompile(bytes(data.model), { accelerator: "wasm" });
  if (data.detector) detector = await loadAndCompile(bytes(data.detector), { accelerator: "wasm" });
  const right = await selftest();
  at("state").textContent = right === data.tests.length
    ? `Ready. Self-test: all ${right} faces are answered as when this model was packed.`
    : `Self-test: only ${right} of ${data.tests.length} faces are answered as when this model was packed. Do not trust its answers here.`;
  document.body.dataset.selftest = `${right}/${data.tests.length}`;
  at("file").disabled = at("camera").disabled = false;
}

at("file").addEventListener("change", (event) => event.target.files[0] && open(event.target.files[0]));
at("camera").addEventListener("click", film);
at("drop").addEventListener("dragover", (event) => { event.preventDefault(); at("drop").classList.add("over"); });
at("drop").addEventListener("dragleave", () => at("drop").classList.remove("over"));
at("drop").addEventListener("drop", (event) => {
  event.preventDefault();
  at("drop").classList.remove("over");
  if (network && event.dataTransfer.files[0]) open(event.dataTransfer.files[0]);
});
start().catch((error) => {
  at("state").textContent = "The network cannot run here: LiteRT.js could not be loaded. It comes from the internet unless "
    + `the zip was made with --offline; then open the page through a web server. (${error.message})`;
  document.body.dataset.selftest = "failed";
});
