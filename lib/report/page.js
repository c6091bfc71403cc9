// @ts-check
'use strict';

/**
 * The page that shows answers, as one HTML document with everything inside: script, style, answers. It asks no network,
 * and its policy lets nothing run but that one script, known by its digest; so text from a heap, which is anybody's
 * text, could do nothing even if it got out of its quotes. It cannot: the answers stand in a block of JSON in which
 * every character that means something to HTML is escaped.
 */

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { version } = require('../../package.json');
const { HeapAnalyzerError } = require('../errors');
const { jsonText } = require('../json-text');

const built = path.join(__dirname, '..', '..', 'viewer', 'dist');

/** What the build made. @param {'viewer.js' | 'viewer.css'} name */
function asset(name) {
  try {
    return fs.readFileSync(path.join(built, name), 'utf8');
  } catch (error) {
    throw new HeapAnalyzerError(
      'ERR_HEAP_NO_VIEWER',
      `the page was not built: ${path.join('viewer', 'dist', name)} is not there; in a checkout \`npm run build\` makes it`,
      { cause: error },
    );
  }
}

/** @param {string} text */
const digest = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** No string may become markup or a script, whatever the page's code does. */
const STRICT =
  "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/**
 * @typedef {object} Page see viewer/src/answers.js
 * @property {'report' | 'live'} mode
 * @property {string} command
 * @property {string} home
 * @property {Array<{ name: string, path?: string }>} files
 * @property {string[]} questions
 * @property {string} [made]
 * @property {Record<string, any>} [answers]
 * @property {Record<string, { from: number, lines: string[] }>} [sources]
 */

/**
 * @param {Page} page
 * @returns {string}
 */
function reportHtml(page) {
  const [script, style] = [asset('viewer.js'), asset('viewer.css')];
  const policy = `default-src 'none'; script-src ${digest(script)}; style-src ${digest(style)}; img-src data:; ${STRICT}`;
  return html(page, {
    head: `<meta http-equiv="Content-Security-Policy" content="${policy}">\n<style>${style}</style>`,
    tail: `<script>${script}</script>`,
  });
}

/**
 * The same page as a server gives it: script and style are files of their own.
 * @param {Page} page
 */
function liveHtml(page) {
  return html(page, {
    head: '<link rel="stylesheet" href="viewer.css">',
    tail: '<script src="viewer.js"></script>',
  });
}

/** The policy that goes with it, as a header. */
const LIVE_POLICY = `default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; frame-ancestors 'none'; ${STRICT}`;

/**
 * @param {Page} page
 * @param {{ head: string, tail: string }} parts
 */
function html(page, { head, tail }) {
  const data = jsonText({ schemaVersion: 1, tool: { name: 'heap-analyzer', version }, ...page });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${head}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>heap-analyzer</title>
</head>
<body>
<div id="root"><noscript>This page shows its answers by a script that it carries itself; the browser does not run it.</noscript></div>
<script type="application/json" id="page">${data}</script>
${tail}
</body>
</html>
`;
}

/** How snapshots are called on a page. @param {any[]} snapshots of answers */
function filesOf(snapshots) {
  return snapshots.map((snapshot, index) => ({
    ...snapshot,
    name: snapshot.path === undefined ? `snapshot ${index + 1}` : path.basename(snapshot.path),
  }));
}

module.exports = { reportHtml, liveHtml, LIVE_POLICY, asset, filesOf };
