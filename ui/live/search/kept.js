// What the search showed when it was left, so that going back shows it at once where it was.

let last = null;

export function keep(address, results, scroller) {
  last = { address, results, top: scroller?.scrollTop ?? 0 };
}

/** What was shown at this address last, or null. */
export function kept(address) {
  return last?.address === address ? last : null;
}

/** What scrolls around an element, across shadow roots. */
export function scrollerOf(element) {
  for (let node = element; node; node = node.parentNode ?? node.host) {
    if (node instanceof Element && /auto|scroll/u.test(getComputedStyle(node).overflowY)) return node;
  }
  return document.scrollingElement;
}
