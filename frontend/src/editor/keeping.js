// Keeps what is drawn on the server and has it checked, a moment after each change; again and again while the server is
// away or its reader signed out; and once more when the page is left.
const SETTLES_IN = 1200;
const AGAIN = 5000;
const MOST_AT_PARTING = 60_000; // a browser sends at most 64 kB after the page has gone

// `drawing()`: all that is drawn, as text. `store(text, options)` and `check(text)` ask the server and answer what it said;
// they throw Refused with its words. `say(text)` tells how it stands.
export function keepDrawing({ drawing, store, check, say, words }) {
  let stored = drawing();
  let away = false;
  let stopped = false;
  let timer;
  const isKept = () => stopped || drawing() === stored;
  const plan = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(settle, wait);
  };

  async function settle() {
    const now = drawing();
    try {
      if (now !== stored) {
        await store(now);
        stored = now;
      }
      away = false;
      say(words.checking);
      const checked = await check(now);
      if (drawing() === now) say(checked());
    } catch (error) {
      const refused = error instanceof Refused;
      away = !isKept();
      say((refused && error.message) || words.failed);
      if (!refused || error.mayPass) plan(AGAIN);
    }
  }

  const isLostAtParting = () => !isKept() && (away || drawing().length > MOST_AT_PARTING);
  addEventListener("beforeunload", (event) => isLostAtParting() && event.preventDefault());
  addEventListener("pagehide", () => {
    if (!isKept() && !isLostAtParting()) store(drawing(), { keepalive: true });
  });
  addEventListener("online", () => away && plan(0));
  return {
    changed: () => plan(SETTLES_IN),
    checkNow: () => plan(0),
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

// What the server refused, in its words. `mayPass`: later it may take the same.
export class Refused extends Error {
  constructor(status, said) {
    super(said ?? "");
    this.mayPass = status === 401 || status === 403 || status >= 500;
  }
}
