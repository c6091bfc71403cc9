// @ts-check
'use strict';

/**
 * Ways to a value as code writes them: `a.b[0]["x y"]`. Read, never run: names of a heap may hold anything.
 */

const { badArgument } = require('../errors');

/** A name, an index, or a name in quotes. */
const STEP = /(?:^|\.)([^.[\]"'\s]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|\['((?:[^'\\]|\\.)*)'\]/uy;

/**
 * @param {unknown} path
 * @returns {string[]} names, from left to right
 */
function parsePropertyPath(path) {
  if (typeof path === 'string' && path !== '') {
    const names = [];
    STEP.lastIndex = 0;
    while (STEP.lastIndex < path.length) {
      const step = STEP.exec(path);
      if (!step) break;
      const [, name, index, quoted, single] = step;
      const text =
        name ?? index ?? (quoted === undefined ? single.replace(/\\(.)/gu, '$1') : unquoted(quoted));
      if (text === undefined) break;
      names.push(text);
      if (STEP.lastIndex === path.length) return names;
    }
  }
  throw badArgument('path', 'a path such as a.b[0]["x y"]', path);
}

/** @param {string} text a string of JSON */
function unquoted(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

module.exports = { parsePropertyPath };
