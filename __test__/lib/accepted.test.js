'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { judge, parseAccepted } = require('../../lib/accepted');

const finding = (fingerprint, grade) => ({ fingerprint, grade });

test('the verdict is the worst grade of what is not known', () => {
  for (const [grades, known, verdict] of [
    [[], [], 'clean'],
    [['leak', 'growth'], [], 'leak'],
    [['leak', 'growth'], [0], 'growth'],
    [['leak', 'likely', 'growth'], [0], 'likely'],
    [['leak', 'drained'], [0], 'clean'],
    [['leak'], [0], 'clean'],
  ]) {
    const findings = grades.map((grade, index) => finding(`f${index}`, grade));
    const accepted = known.map((index) => ({ fingerprint: `f${index}` }));
    const judged = judge({ verdict: 'leak', findings, noise: {} }, accepted);
    assert.equal(judged.verdict, verdict);
    assert.deepEqual(
      judged.findings.map(({ status }) => status),
      grades.map((_, index) => (known.includes(index) ? 'known' : 'new')),
    );
  }
});

test('reads the file that users write, and says what is wrong with one', () => {
  const text =
    '{ "accepted": [{ "fingerprint": "x-1", "why": "old", "since": "2024-05-01", "more": 1 }, "y-2"] }';
  assert.deepEqual(parseAccepted(text, 'file'), [
    { fingerprint: 'x-1', since: '2024-05-01', why: 'old' },
    { fingerprint: 'y-2' },
  ]);
  for (const [wrong, sentence] of [
    ['{', /^leaks\.json is no JSON: /],
    ['[]', /^leaks\.json is no list of accepted leaks/],
    ['null', /^leaks\.json is no list of accepted leaks/],
    ['{"accepted":{}}', /^leaks\.json is no list of accepted leaks/],
    ['{"accepted":[{"why":"x"}]}', /^in leaks\.json: expected a fingerprint for `accepted\[0\]`/],
  ]) {
    assert.throws(
      () => parseAccepted(wrong, 'leaks.json'),
      (error) => {
        assert.equal(error.code, 'ERR_HEAP_USAGE');
        assert.match(error.message, sentence);
        return true;
      },
    );
  }
});
