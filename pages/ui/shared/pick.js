// Pieces of a page of ours that can be picked: a click, Enter or the space bar on one tells its word.
// The markup comes from this program alone, with every name escaped; it holds no script.

const VIEWS = new WeakMap();

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  if (!VIEWS.has(parentElement)) VIEWS.set(parentElement, new Pick(parentElement));
  const view = VIEWS.get(parentElement);
  view.tell = (word) => setTriggerValue("picked", word);
  view.show(data.markup, data.label);
  return () => VIEWS.delete(parentElement);
}

class Pick {
  constructor(parent) {
    this.root = parent.querySelector(".pick");
    this.root.addEventListener("click", (event) => this.onPick(event));
    this.root.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      if (event.target.closest("button[data-pick]")) return; // a button makes a click of it
      this.onPick(event);
    });
  }

  show(markup, label) {
    this.root.setAttribute("aria-label", label);
    if (markup === this.markup) return;
    const focused = this.root.getRootNode().activeElement;
    const word = this.root.contains(focused) ? focused.dataset.pick : undefined;
    this.markup = markup;
    this.root.innerHTML = markup;
    if (word === undefined) return;
    const again = [...this.root.querySelectorAll("[data-pick]")].find((piece) => piece.dataset.pick === word);
    again?.focus({ preventScroll: true });
  }

  onPick(event) {
    const piece = event.target.closest("[data-pick]");
    if (!piece) return;
    event.preventDefault();
    this.tell(piece.dataset.pick);
  }
}
