/** An element of index.html, of the kind that the caller needs. */
export function byId<TElement extends HTMLElement>(id: string, kind: new () => TElement): TElement {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new TypeError(`index.html has no ${kind.name} with the id ${id}`);
}

/** Everything that people wrote goes in as text, never as HTML. */
export function create<TTag extends keyof HTMLElementTagNameMap>(
  tag: TTag,
  className: string,
  ...children: readonly (string | Node)[]
): HTMLElementTagNameMap[TTag] {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children);
  return element;
}

/** Sets a text, and only when it differs: a screen reader would say the same words again. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
