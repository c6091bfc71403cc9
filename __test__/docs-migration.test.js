'use strict';

/**
 * Nobody who comes from heap-analyzer 1.0.7 is left without a word: every command and option that it had is in
 * docs/migration.md. The lists are those of its own help and parser.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const text = fs.readFileSync(path.join(__dirname, '..', 'docs', 'migration.md'), 'utf8');
const [, former] = /^## From heap-analyzer 1\.0\.7\n(.*?)^## /ms.exec(text) ?? ['', ''];

const COMMANDS =
  'analyze compare timeline find-leaks trace heap view-heap lens monitor browser analyze-plugin inspect-object ' +
  'memlab-inspect investigate node-snapshot node-monitor node-load-test enrich generate-report list deep-dive';

const OPTIONS =
  'file baseline target final snapshot-dir node-id trace-all-objects object-id depth max-children max-nodes time-budget ' +
  'output-format output-file plugin interval duration scenarios inject-script pid endpoint threshold webhook-url ' +
  'concurrency snapshot-file max-objects backup devtools output-dir wait-until headful disable-csp no-sandbox user-agent ' +
  'memlab-reports';

test('every command of 1.0.7 is in the page', () => {
  for (const command of COMMANDS.split(' ')) assert.match(former, new RegExp(`\`${command}\\b`), command);
});

test('every option of 1.0.7 is in the page', () => {
  for (const option of OPTIONS.split(' ')) assert.match(former, new RegExp(`--${option}\\b`), option);
});
