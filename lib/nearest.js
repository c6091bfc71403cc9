// @ts-check
'use strict';

/**
 * "Did you mean …?" for names of options.
 *
 * A mistyped option that is silently ignored costs its user an hour; one that is refused with the right name
 * beside it costs nothing.
 */

/**
 * Edit distance in which two swapped neighbours count once (optimal string alignment).
 * @param {string} a
 * @param {string} b
 */
function distance(a, b) {
  /** @type {number[][]} */
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1);
      }
    }
    rows.push(row);
  }
  return rows[a.length][b.length];
}

/**
 * The known name that was probably meant, or undefined when none is close.
 * @param {string} given
 * @param {readonly string[]} known
 * @returns {string | undefined}
 */
function nearest(given, known) {
  const word = given.toLowerCase();
  /** @type {string | undefined} */
  let best;
  let bestDistance = Infinity;
  for (const name of known) {
    const d = distance(word, name.toLowerCase());
    const close = d <= Math.max(1, Math.floor(Math.max(word.length, name.length) * 0.4));
    if (close && d < bestDistance) {
      best = name;
      bestDistance = d;
    }
  }
  return best;
}

module.exports = { nearest };
