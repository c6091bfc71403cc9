// What the documentation shows is run as a reader would run it: the JavaScript of a page in its order, in a folder of
// its own, and every `npx heap-analyzer` line after it, on the files that the JavaScript left.
'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');

const root = path.join(__dirname, '..');

/** @param {string} page @param {string} language */
function blocks(page, language) {
  const text = fs.readFileSync(path.join(root, page), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, code]) => code);
}

/** A project in which our package is installed. @param {import('node:test').TestContext} t */
function project(t) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heap-analyzer-docs-'));
  t.after(() => fs.rmSync(dir, { recursive: true, force: true }));
  fs.mkdirSync(path.join(dir, 'node_modules'));
  fs.symlinkSync(root, path.join(dir, 'node_modules', 'heap-analyzer'), 'dir');
  return dir;
}

/** @param {string} dir @param {string[]} args */
function runNode(dir, args) {
  return spawnSync(process.execPath, args, { cwd: dir, encoding: 'utf8', timeout: 120_000 });
}

/** Snapshots for commands of pages whose JavaScript writes none. */
const SNAPSHOTS = `
  const { takeHeapSnapshot } = require('heap-analyzer');
  (async () => {
    for (const name of ['before', 'after', 'app']) await takeHeapSnapshot(name + '.heapsnapshot', { overwrite: true });
  })();
`;

for (const page of ['README.md', 'docs/api.md', 'docs/cli.md']) {
  test(`the examples of ${page} work as they stand`, (t) => {
    const dir = project(t);
    const code = blocks(page, 'js').join('\n');
    if (code !== '') {
      fs.writeFileSync(
        path.join(dir, 'page.js'),
        `(async () => {\n${code}\n})().catch((error) => { console.error(error); process.exitCode = 1; });\n`,
      );
      const { status, stderr } = runNode(dir, ['page.js']);
      assert.equal(status, 0, stderr);
    }
    assert.equal(runNode(dir, ['-e', SNAPSHOTS]).status, 0);
    const commands = blocks(page, 'console')
      .flatMap((block) => block.split('\n'))
      .flatMap((line) => /^\$ npx heap-analyzer ([^#]*)/.exec(line)?.[1] ?? []);
    for (const command of commands) {
      const { status, stderr } = runNode(dir, [
        path.join('node_modules', 'heap-analyzer', 'cli', 'heap-analyzer.js'),
        ...command.trim().split(/\s+/),
      ]);
      assert.equal(status, 0, `heap-analyzer ${command}: ${stderr}`);
    }
  });
}
