// @ts-check
// Rows of a list that are carried to another place, by mouse, pen or finger.

/** Near the edge of the window the page moves along. */
const EDGE = 96;
const STEP = 12;

/**
 * @param {PointerEvent} event the press on the handle of a row
 * @param {{over: (place: number) => void, done: () => void}} what `over` is told
 *   where the row now belongs
 */
export function carry(event, { over, done }) {
  if (event.button !== 0) return;
  const handle = /** @type {HTMLElement} */ (event.currentTarget);
  const row = /** @type {HTMLElement} */ (handle.closest("li"));
  const list = /** @type {HTMLElement} */ (row.parentElement);
  row.classList.add("dragged");
  const move = (/** @type {PointerEvent} */ now) => {
    const others = [...list.children].filter((each) => each !== row);
    const above = others.filter((each) => {
      const box = each.getBoundingClientRect();
      return box.top + box.height / 2 < now.clientY;
    });
    over(above.length);
    if (now.clientY > innerHeight - EDGE) scrollBy(0, STEP);
    else if (now.clientY < EDGE) scrollBy(0, -STEP);
  };
  const end = () => {
    row.classList.remove("dragged");
    removeEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel"]) removeEventListener(name, end);
    done();
  };
  // Of the window: the row itself is moved in the document meanwhile, and would lose the pointer.
  addEventListener("pointermove", move);
  for (const name of ["pointerup", "pointercancel"]) addEventListener(name, end);
}
