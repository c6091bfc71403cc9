'use strict';

/** `heap-analyzer query`: the questions and filters as a user types them. */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { QUESTIONS } = require('../../../lib/objects/questions');
const { runCli } = require('../../helpers/run');
const { sessionsText, snapshotText } = require('../../helpers/snapshot');
const { temporaryDirectory } = require('../../helpers/temporary');

const directory = temporaryDirectory(test);
const file = path.join(directory, 'heap.heapsnapshot');
fs.writeFileSync(file, sessionsText(200));

test('filters choose objects', async () => {
  const json = async (...args) => JSON.parse((await runCli(['query', file, ...args, '--json'])).stdout);
  assert.equal((await json('--class', 'Session')).count, 200);
  assert.equal((await json('objects', '--class', '/^(session|map)$/i')).count, 201);
  assert.equal((await json('--type', 'array,synthetic')).count, 2);
  assert.equal((await json('--min-retained', '1kB')).count, 4);
  assert.equal((await json('--newer-than', '@103')).count, 198);
  assert.equal((await json('--property', 'sessions', '--min-self', '40')).objects[0].name, 'global');
  const answer = await json('--name', 'Session', '--top', '2');
  assert.deepEqual([answer.question, answer.selfSize, answer.objects.length], ['objects', 20_000, 2]);
});

test('objects are chosen by their references, and ordered by what is asked for', async () => {
  const objects = async (...args) =>
    JSON.parse((await runCli(['query', file, ...args, '--json'])).stdout).objects;
  // The map and its table, which refers to all sessions.
  const wide = await objects('--min-references', '200', '--by', 'references');
  assert.deepEqual(
    wide.map(({ id, references }) => [id, references]),
    [
      [5, 200],
      [7, 200],
    ],
  );
  const first = async (...args) => (await objects(...args, '--top', '1'))[0];
  assert.equal((await first('--type', 'object')).name, 'global');
  assert.equal((await first('--type', 'object', '--by', 'retained-size')).name, 'global');
  assert.equal((await first('--type', 'object', '--by', 'self-size')).name, 'Session');
  assert.equal((await objects('--type', 'object', '--max-retained', '100')).length, 100);
  const { stdout } = await runCli(['query', file, '--min-references', '200', '--by', 'references']);
  assert.match(stdout, /With most references[^]*REFERENCES\nMap .* 200\n/);
});

test('every question has an answer in words, also piped in', async () => {
  for (const question of Object.keys(QUESTIONS)) {
    const { code, stdout, stderr } = await runCli(['query', file, question]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /\S/, question);
  }
  const elements = Array.from({ length: 150 }, (_, index) => ({ type: 'element', name: index, to: 1 }));
  const input = snapshotText([
    { type: 'synthetic', name: '', id: 1, edges: [{ type: 'element', name: 1, to: 1 }] },
    { name: 'global', id: 3, size: 8, edges: [{ name: 'list', to: 2 }] },
    { name: 'Array', id: 5, size: 16, edges: elements },
  ]);
  const { stdout } = await runCli(['query', '-', 'collections'], { input });
  assert.match(stdout, /global\.list +Array +150 +150 +@5/);
  assert.match(
    (await runCli(['query', file, '--class', 'Session'])).stdout,
    /^200 objects pass: 20\.0 kB of their own/,
  );
});

test('mistakes are told', async () => {
  for (const [args, words] of [
    [[file, 'colections'], /did you mean "collections"/],
    [[file, 'waste', '--class', 'x'], /filters are for the question "objects"/],
    [[file, '--class', '/(/'], /regular expression/],
    [[file, 'waste', '--by', 'references'], /an order is for the question "objects"/],
    [[file, '--by', 'reference'], /Allowed choices are retained-size, self-size, references/],
    [[file, '--min-references', 'many'], /whole number/],
    [[file, '--newer-than', 'x'], /object id/],
    [[path.join(directory, 'none')], /no such file/],
  ]) {
    const { code, stderr } = await runCli(['query', ...args]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, words);
  }
});
