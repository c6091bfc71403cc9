'use strict';

/**
 * The documentation as a whole: no link leads nowhere, every command has its page and every error code its remedy, and
 * every page can be reached from the README.
 */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { pages: commandPages } = require('../scripts/command-pages');

const root = path.join(__dirname, '..');

/** @param {string} folder @param {RegExp} wanted @returns {string[]} relative to the root, with slashes */
function files(folder, wanted) {
  return fs
    .readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => path.posix.join(folder, file.replaceAll(path.sep, '/')))
    .filter((file) => wanted.test(file) && !file.includes('node_modules'))
    .sort();
}

const read = (/** @type {string} */ file) => fs.readFileSync(path.join(root, file), 'utf8');
const withoutCode = (/** @type {string} */ text) => text.replace(/^ *```.*?^ *```/gms, '');

/** The name that GitHub gives a heading for links. @param {string} heading */
const anchor = (heading) =>
  heading
    .replace(/[`*]/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replaceAll(' ', '-');

/** @param {string} page @returns {Set<string>} */
function anchors(page) {
  const seen = new Map();
  const all = new Set();
  for (const [, heading] of withoutCode(read(page)).matchAll(/^#{1,6} (.*)$/gm)) {
    const name = anchor(heading);
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    all.add(before === 0 ? name : `${name}-${before}`);
  }
  return all;
}

/** @param {string} page @returns {Array<{ link: string, file: string, fragment: string }>} */
function linksOf(page) {
  const text = withoutCode(read(page)).replace(/`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)|<img[^>]* src="([^"]+)"/g)]
    .map(([, link, image]) => link ?? image)
    .filter((link) => !/^[a-z]+:/i.test(link))
    .map((link) => {
      const [target, fragment = ''] = link.split('#');
      const file = target === '' ? page : path.posix.join(path.posix.dirname(page), target);
      return { link, file, fragment };
    });
}

const written = [
  ...['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md'],
  ...['docs', 'benches', 'corpus', 'fuzz', 'npm', 'examples'].flatMap((folder) => files(folder, /\.md$/)),
];

for (const page of written) {
  test(`the links of ${page} lead somewhere`, () => {
    for (const { link, file, fragment } of linksOf(page)) {
      assert.ok(fs.existsSync(path.join(root, file)), `${page}: ${link}: there is no ${file}`);
      if (fragment !== '' && file.endsWith('.md'))
        assert.ok(anchors(file).has(fragment), `${page}: ${link}: ${file} has no such heading`);
    }
  });
}

test('every page of docs can be reached from the README', () => {
  const reached = new Set(['README.md']);
  for (const page of reached) {
    for (const { file } of linksOf(page))
      if (file.endsWith('.md') && fs.existsSync(path.join(root, file))) reached.add(file);
  }
  assert.deepEqual(
    files('docs', /\.md$/).filter((page) => !reached.has(page)),
    [],
  );
});

test('pages of commands say what the commands declare', async () => {
  for (const { file, before, after } of await commandPages())
    assert.equal(before, after, `${file} is out of date: node scripts/command-pages.js`);
});

test('every error code has its remedy, and is declared', () => {
  const codes = new Set(
    [...['src', 'lib', 'cli'].flatMap((folder) => files(folder, /\.(?:rs|js)$/)), 'index.js']
      .flatMap((file) => read(file).match(/\bERR_HEAP_[A-Z_]+\b/g) ?? [])
      .filter((code) => !code.endsWith('_')),
  );
  assert.ok(codes.size > 20);
  const remedies = [...read('docs/troubleshooting.md').matchAll(/^### (ERR_HEAP_[A-Z_]+)$/gm)];
  assert.deepEqual(remedies.map(([, code]) => code).sort(), [...codes].sort());
  const declared = read('index.d.ts');
  for (const code of codes) assert.ok(declared.includes(`| '${code}'`), `${code} is not in index.d.ts`);
});
