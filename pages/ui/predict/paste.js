// Takes pictures that are pasted anywhere on the page, except into a field for text.

const LISTENERS = new WeakMap(); // of this element: it is drawn again and again, and must listen once
const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);
const KEYS = IS_MAC ? "⌘V" : "Ctrl+V";

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  speak(data);
  const hint = _("or paste one ({keys})").replace("{keys}", KEYS);
  const tooLarge = _("The pasted picture is too large: at most {most} MB are read.");
  const line = parentElement.querySelector("p");
  if (!line.hasAttribute("data-refused")) line.textContent = hint;

  const onPaste = (event) => {
    const into = event.composedPath()[0];
    if (into instanceof Element && into.matches("input:not([type=file]), textarea, [contenteditable=true]")) return;
    const file = [...(event.clipboardData?.files ?? [])].find((one) => one.type.startsWith("image/"));
    if (!file) return;
    event.preventDefault();
    const fits = file.size <= data.mostBytes;
    line.toggleAttribute("data-refused", !fits);
    line.textContent = fits ? hint : tooLarge.replace("{most}", data.mostBytes / 2 ** 20);
    if (!fits) return;
    const reader = new FileReader();
    reader.onload = () => setTriggerValue("picture", reader.result);
    reader.readAsDataURL(file);
  };
  document.removeEventListener("paste", LISTENERS.get(parentElement));
  LISTENERS.set(parentElement, onPaste);
  document.addEventListener("paste", onPaste);
  return () => document.removeEventListener("paste", LISTENERS.get(parentElement));
}
