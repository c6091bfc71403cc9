// @ts-check
'use strict';

/**
 * A shop that leaks, in whose heap everything that has a name is called like an attack on whoever shows it: class,
 * property, string, variable of the global object. The tests look whether any of it ever becomes more than text.
 */

const { takeHeapSnapshot } = require('../..');

const ATTACK = '</script><script>globalThis.attacked=1</script><img src=x onerror="globalThis.attacked=1">';
const sessions = new Map();

const Evil = { [ATTACK]: class {} }[ATTACK];

class Session extends Evil {
  /** @param {number} number */
  constructor(number) {
    super();
    this.user = `user-${number}\u202e\u0007`;
    this.note = `${ATTACK}${number}`;
    this[ATTACK] = { number };
  }
}

/** @param {number} number */
function login(number) {
  sessions.set(`sid-${number}`, new Session(number));
}

const kept = Array.from({ length: 300 }, () => new Evil());

(async () => {
  let number = 0;
  for (const file of process.argv.slice(2)) {
    for (let i = 0; i < 400; i++) login(number++);
    await takeHeapSnapshot(file);
  }
  globalThis[ATTACK] = [kept, sessions];
})();
