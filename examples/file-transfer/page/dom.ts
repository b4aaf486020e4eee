/** An element of index.html, of the kind that the caller needs. */
export function byId<TElement extends HTMLElement>(id: string, kind: new () => TElement): TElement {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new TypeError(`index.html has no ${kind.name} with the id ${id}`);
}

/** What people call their files goes in as text, never as HTML. */
export function create<TTag extends keyof HTMLElementTagNameMap>(
  tag: TTag,
  className: string,
  text = '',
): HTMLElementTagNameMap[TTag] {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}
