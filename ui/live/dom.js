// Small helpers to build DOM. Text always goes in as text, never as HTML.

/** Make an element. `props`: class, dataset, style (object), on (object of listeners), else attributes. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "dataset") Object.assign(node.dataset, value);
    else if (name === "style") setStyle(node, value);
    else if (name === "on") listen(node, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function setStyle(node, values) {
  for (const [name, value] of Object.entries(values)) node.style.setProperty(name, value);
}

function listen(node, listeners) {
  for (const [event, listener] of Object.entries(listeners)) node.addEventListener(event, listener);
}

/** Replace an element's children, but only when the text differs (keeps selections). */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Have these children and no others; those that stay are not touched, nor what is pressed or focused in them. */
export function setChildren(node, children) {
  [...node.childNodes].filter((one) => !children.includes(one)).forEach((one) => one.remove());
  children.forEach((one, place) => node.childNodes[place] === one || node.insertBefore(one, node.childNodes[place] ?? null));
}

export function setAttributes(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) node.removeAttribute(name);
    else node.setAttribute(name, value === true ? "" : value);
  }
}
