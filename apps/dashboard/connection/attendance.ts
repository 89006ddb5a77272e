/** How long after the last thing that somebody did with pointer or keyboard they count as being here, in milliseconds. */
const patienceMs = 60_000;

let lastAt = Date.now();
for (const event of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const)
  addEventListener(event, () => (lastAt = Date.now()), { passive: true, capture: true });

/** Whether somebody is at the browser. What the page asks for by itself must not keep a session alive. */
export function isAttended(): boolean {
  return document.visibilityState === 'visible' && Date.now() - lastAt < patienceMs;
}
