// Every visible text whose contrast with what is behind it is too small by WCAG 2.2 (AA):
// 4.5, and 3 where it is large, an icon, or cannot be used now. A list of sentences.
() => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const brush = canvas.getContext("2d", { willReadFrequently: true });

  function rgba(color) {
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = color;
    brush.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = brush.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  }

  function over(front, back) {
    return [0, 1, 2].map((i) => front[i] * front[3] + back[i] * (1 - front[3])).concat(1);
  }

  function luminance(color) {
    const [red, green, blue] = color.slice(0, 3).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function contrast(one, other) {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  }

  const parentOf = (node) => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host ?? null;

  /** What is painted behind `element`, its own background included, and how opaque it is itself. */
  function behind(element) {
    const layers = [];
    for (let node = element; node; node = parentOf(node)) {
      const style = getComputedStyle(node);
      layers.push({ background: rgba(style.backgroundColor), opacity: Number(style.opacity) });
    }
    let color = rgba(getComputedStyle(document.documentElement).colorScheme === "dark" ? "#121212" : "#fff");
    const groups = []; // backgrounds beneath each layer, for what is see-through as a whole
    for (const { background, opacity } of layers.reverse()) {
      if (opacity < 1) groups.push({ opacity, beneath: color });
      color = over(background, color);
    }
    return { color, groups };
  }

  function blended(color, groups) {
    return groups.reduceRight((mixed, { opacity, beneath }) => over([...mixed.slice(0, 3), opacity], beneath), color);
  }

  function visible(element) {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    const box = element.getBoundingClientRect();
    // Streamlit fades what a run that is under way has not drawn again.
    return box.width > 1 && box.height > 1 && !element.closest('.katex-mathml, [data-stale="true"]');
  }

  function judge(element, color, text) {
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const lenient = large || element.matches('[data-testid="stIconMaterial"]') || element.closest(':disabled, [aria-disabled="true"]');
    const { color: back, groups } = behind(element);
    const found = contrast(blended(over(rgba(color), back), groups), blended(back, groups));
    const wanted = lenient ? 3 : 4.5;
    if (found + 0.005 < wanted) complaints.push(`${found.toFixed(2)} < ${wanted}: "${text.trim().slice(0, 40)}" (${element.tagName} ${element.className}, ${color})`);
  }

  const complaints = [];
  function look(root) {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) look(element.shadowRoot);
      if (element.matches("script, style, noscript, option") || !visible(element)) continue;
      const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data).join("");
      if (own.trim()) judge(element, getComputedStyle(element).color, own);
      if (element.matches("input, textarea") && element.value && !["radio", "checkbox"].includes(element.type)) judge(element, getComputedStyle(element).color, element.value);
      else if (element.placeholder) judge(element, getComputedStyle(element, "::placeholder").color, element.placeholder);
    }
  }
  look(document);
  return [...new Set(complaints)];
}
