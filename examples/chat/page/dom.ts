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
  text = '',
): HTMLElementTagNameMap[TTag] {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

/** Sets a text, and only when it differs: a screen reader would say the same words again. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Puts exactly these children into an element, and moves none that stands right already. */
export function arrange(parent: HTMLElement, children: readonly HTMLElement[]): void {
  children.forEach((child, i) => {
    if (parent.children[i] !== child) parent.insertBefore(child, parent.children[i] ?? null);
  });
  while (parent.children.length > children.length) parent.lastElementChild?.remove();
}

/** One colour for each person, the same on every screen. */
export function paint(element: HTMLElement, personId: string): void {
  let hash = 0;
  for (const letter of personId) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 360;
  element.style.setProperty('--hue', String(hash));
}

// A browser may forbid storage altogether; the chat works without.
export function recall(key: string): string {
  try {
    return sessionStorage.getItem(`gatewire-chat:${key}`) ?? '';
  } catch {
    return '';
  }
}

export function remember(key: string, value: string): void {
  try {
    sessionStorage.setItem(`gatewire-chat:${key}`, value);
  } catch {
    // nothing to do
  }
}
