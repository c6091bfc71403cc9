'use strict';

/**
 * The pieces of code of docs/guide.md, by where they stand: `Method 1: V8 inspector / js`,
 * `1. Global variable accumulation / Problem / js`; a second one of a kind in the same place is `… / js 2`. Tests take them
 * from there, so that what is run is what is read.
 */

const fs = require('node:fs');
const path = require('node:path');
const { root } = require('../helpers/run');

const page = fs.readFileSync(path.join(root, 'docs', 'guide.md'), 'utf8');

/** @returns {Map<string, string>} */
function read() {
  const found = new Map();
  let section = '';
  let label = '';
  const parts = page.matchAll(
    /^#+ (?<title>[^\n]*)$|^\*\*(?<label>\w+):\*\*$|^```(?<language>\w+)\n(?<code>.*?)^```/gms,
  );
  for (const { groups = {} } of parts) {
    if (groups.title !== undefined) [section, label] = [groups.title, ''];
    else if (groups.label !== undefined) label = groups.label;
    else {
      const place = [section, label, groups.language].filter(Boolean).join(' / ');
      let name = place;
      for (let number = 2; found.has(name); number++) name = `${place} ${number}`;
      found.set(name, groups.code);
    }
  }
  return found;
}

const blocks = read();

/** @param {string} name */
function block(name) {
  const code = blocks.get(name);
  if (code === undefined)
    throw new Error(`docs/guide.md has no ${name}: it has\n${[...blocks.keys()].join('\n')}`);
  return code;
}

/** What is typed, line by line, without the comments. @param {string} name */
const commands = (name) =>
  block(name)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

module.exports = { block, blocks, commands, page };
