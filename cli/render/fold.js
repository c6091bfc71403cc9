// @ts-check
'use strict';

/**
 * The last look at a text before it goes to a terminal: a line that is longer than the terminal is wide is broken at a blank,
 * under its own indent. Tables and paths fit by themselves; sentences with names in them may not, on a narrow terminal.
 */

const { width } = require('./width');

const COLOURS = /\x1b\[[0-9;]*m/g;

/** What a person will copy into a shell stays in one piece: terminals join it again. */
const COMMAND = /^(?:\$ )?heap-analyzer /;

/**
 * @param {string} text of our own making: no control characters but line ends and colours
 * @param {number} columns
 * @returns {string}
 */
const fold = (text, columns) =>
  text
    .split('\n')
    .map((line) => foldLine(line, columns))
    .join('\n');

/** @param {string} text with colours */
const shown = (text) => text.replace(COLOURS, '');

/** @param {string} line @param {number} columns */
function foldLine(line, columns) {
  const plain = shown(line);
  if (width(plain) <= columns || COMMAND.test(plain.trimStart())) return line;
  const indent = ' '.repeat(Math.min(plain.length - plain.trimStart().length, Math.floor(columns / 2)));
  const lines = [''];
  let used = 0;
  for (const word of line.split(/(?<=\S) +/)) {
    const needed = width(shown(word));
    if (used > 0 && used + 1 + needed > columns) {
      lines.push(indent + word);
      used = indent.length + needed;
    } else {
      lines[lines.length - 1] += used > 0 ? ` ${word}` : word;
      used += (used > 0 ? 1 : 0) + needed;
    }
  }
  return lines.join('\n');
}

module.exports = { fold };
