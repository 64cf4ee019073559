// Tells the server how wide the page's content is, in coarse steps: figures are laid out for it.

const WATCHES = new WeakMap();

export default function room(component) {
  const parent = component.parentElement;
  const watch = WATCHES.get(parent) ?? { told: null };
  WATCHES.set(parent, watch);
  const probe = watch.probe ?? parent.appendChild(document.createElement("div"));
  watch.probe = probe;
  const measure = () => {
    const width = probe.getBoundingClientRect().width;
    const fitting = component.data.steps.filter((step) => step <= width);
    const step = fitting.length ? Math.max(...fitting) : Math.min(...component.data.steps);
    if (width > 0 && step !== (watch.told ?? component.data.assumed)) {
      watch.told = step;
      component.setStateValue("width", step);
    }
  };
  // Only once the window stands still: a step is a run of the page.
  const sizes = new ResizeObserver(() => {
    clearTimeout(watch.timer);
    watch.timer = setTimeout(measure, 250);
  });
  sizes.observe(probe);
  return () => {
    clearTimeout(watch.timer);
    sizes.disconnect();
  };
}
