// The list of `/live/conversations.js` in the sidebar.

const lists = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  if (!lists.has(parentElement)) lists.set(parentElement, mounted(parentElement.querySelector(".conversations")));
  lists.get(parentElement).then((list) => list.update(data?.[0] ?? {}, setTriggerValue));
  return () => {
    lists.get(parentElement)?.then((list) => list.close());
    lists.delete(parentElement);
  };
}

async function mounted(root) {
  const { Conversations } = await import(new URL("/live/conversations.js", window.location.href).href);
  return new Conversations(root);
}
