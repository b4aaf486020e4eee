const ADDRESS = /https?:\/\/[^\s<>"]+/gi;
/** What ends a sentence around an address is not part of it. */
const AFTER = /[.,:;!?'")\]]+$/;

/** Makes a text with its addresses as links. All of it goes in as text, never as HTML. */
export function withLinks(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  let end = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = found.replace(AFTER, '');
    if (!URL.canParse(address)) continue;
    fragment.append(text.slice(end, index), createLink(address));
    end = index + address.length;
  }
  fragment.append(text.slice(end));
  return fragment;
}

function createLink(address: string): HTMLAnchorElement {
  const link = document.createElement('a');
  link.href = address;
  link.textContent = address;
  link.target = '_blank';
  link.rel = 'noopener noreferrer';
  return link;
}
