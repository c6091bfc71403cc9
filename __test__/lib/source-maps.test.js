'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { findLeaks } = require('../..');
const { readMap } = require('../../lib/source-maps');
const { root, run } = require('../helpers/run');
const { temporaryDirectory } = require('../helpers/temporary');

const directory = temporaryDirectory(test);

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** A number as source maps write it. */
function vlq(number) {
  let rest = number < 0 ? (-number << 1) | 1 : number << 1;
  let text = '';
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += DIGITS[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return text;
}

/**
 * A map of a bundle of one line.
 * @param {Array<[number, number, number, string?]>} places column in the bundle, line and column in the source, name
 */
function mapOf(places, more = {}) {
  const names = [];
  // Each field stands as its difference from the same field of the segment before.
  let last = [0, 0, 0, 0, 0];
  const segments = places.map(([column, line, originalColumn, name]) => {
    const fields = [column, 0, line, originalColumn];
    if (name !== undefined) fields.push(names.push(name) - 1);
    const deltas = fields.map((field, at) => field - last[at]);
    last = [...fields, ...last.slice(fields.length)];
    return deltas.map(vlq).join('');
  });
  return { version: 3, sources: ['../src/session.ts'], names, mappings: segments.join(','), ...more };
}

const BUNDLE = `"use strict";const{takeHeapSnapshot:t}=require(${JSON.stringify(root)});const a=new Map;function c(e){a.set(e,{user:e})}(async()=>{let n=0;for(const f of process.argv.slice(2)){for(let i=0;i<200;i++)c("u"+n++);await t(f)}})();`;
const declared = BUNDLE.indexOf('a=new Map');
const added = BUNDLE.indexOf('a.set');
const map = mapOf([
  [0, 0, 0],
  [declared, 11, 6, 'sessions'],
  [declared + 1, 11, 14],
  [added, 40, 2, 'sessions'],
  [added + 5, 40, 14],
]);

/** @param {string} name @param {string} code */
function write(name, code) {
  const file = path.join(directory, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, code);
  return file;
}

test('maps inline, beside the bundle, in a folder, with a root; none, broken, far away', async () => {
  const text = JSON.stringify(map);
  const inline = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(text).toString('base64')}`;
  const session = path.join(directory, 'src', 'session.ts');
  const expected = { file: session, line: 12, column: 7, name: 'sessions' };
  const places = {
    inline: write('dist/inline.js', `${BUNDLE}\n${inline}\n`),
    named: write('dist/named.js', `${BUNDLE}\n//# sourceMappingURL=named.js.map`),
    silent: write('dist/silent.js', BUNDLE),
    folder: write('dist/folder.js', BUNDLE),
  };
  write('dist/named.js.map', text);
  write('dist/silent.js.map', text);
  write('maps/folder.js.map', text);
  for (const [name, bundle] of Object.entries(places)) {
    const lookup = await readMap(bundle, name === 'folder' ? path.join(directory, 'maps') : undefined);
    assert.deepEqual(lookup?.(1, declared + 1), expected, name);
  }
  assert.equal(await readMap(places.folder), null);

  write('dist/rooted.js.map', JSON.stringify({ ...map, sourceRoot: '..', sources: ['src/session.ts'] }));
  const rooted = await readMap(write('dist/rooted.js', BUNDLE));
  assert.equal(rooted?.(1, declared + 1)?.file, session);
  write('dist/web.js.map', JSON.stringify({ ...map, sources: ['webpack://app/./src/session.ts'] }));
  const web = await readMap(write('dist/web.js', BUNDLE));
  assert.equal(web?.(1, declared + 1)?.file, 'webpack://app/./src/session.ts');

  write('dist/broken.js.map', '{"version":3,"mappings":');
  assert.equal(await readMap(write('dist/broken.js', BUNDLE)), null);
  const far = write('dist/far.js', `${BUNDLE}\n//# sourceMappingURL=https://example.com/far.js.map`);
  assert.equal(await readMap(far), null);
  assert.equal(await readMap('node:events'), null);
});

test('a leak in a bundle is told in the words of its source', async () => {
  const bundle = write('dist/bundle.js', BUNDLE);
  write('dist/bundle.js.map', JSON.stringify(map));
  const snapshots = ['a', 'b', 'c'].map((name) => path.join(directory, `${name}.heapsnapshot`));
  const { code, stderr } = await run([bundle, ...snapshots]);
  assert.equal(code, 0, stderr);
  const [{ holder, addedIn, sentence, fingerprint }] = (await findLeaks({ snapshots })).findings;
  const session = path.join(directory, 'src', 'session.ts');
  assert.equal(holder.variable, 'sessions');
  assert.deepEqual([holder.place.file, holder.place.line, holder.place.column], [session, 12, 7]);
  assert.deepEqual(holder.place.generated, { file: bundle, line: 1 });
  assert.deepEqual([addedIn.place.file, addedIn.place.line], [session, 41]);
  assert.match(sentence, /^Map "sessions" in \S*session\.ts:12 grew 200 → 400 → 600 entries/);
  assert.match(sentence, /entries are added in \S*session\.ts:41$/);

  // The fingerprint is that of the running code, so that a map that is missing one day changes nothing.
  fs.rmSync(`${bundle}.map`);
  const [unmapped] = (await findLeaks({ snapshots })).findings;
  assert.deepEqual([unmapped.holder.variable, unmapped.fingerprint], ['a', fingerprint]);
});
