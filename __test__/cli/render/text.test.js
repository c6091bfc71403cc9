'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const test = require('node:test');
const { clean, fit, padEnd, padStart, width, wrap } = require('../../../cli/render/text');
const { noTerminal } = require('../../helpers/terminal');

test('nothing that a terminal would act upon gets through', () => {
  for (const [raw, cleaned] of [
    ['plain', 'plain'],
    ['a\tb\r\nc', 'a b c'],
    ['\x1b[2Jgone', '\ufffd[2Jgone'],
    ['\x1b]0;title\x07', '\ufffd]0;title\ufffd'],
    ['\x9b31mred', '\ufffd31mred'],
    ['a\u202egnp.exe', 'a\ufffdgnp.exe'],
    ['\u2066x\u2069', '\ufffdx\ufffd'],
    ['lone \ud83d half', 'lone \ufffd half'],
    ['whole 😀', 'whole 😀'],
    ['\x00\x7f', '\ufffd\ufffd'],
    ['line\u2028break', 'line\ufffdbreak'],
  ]) {
    assert.equal(clean(raw), cleaned, JSON.stringify(raw));
  }
});

test('columns are counted as a terminal counts them', () => {
  for (const [text, columns] of [
    ['', 0],
    ['abc', 3],
    ['äöü', 3],
    ['e\u0301', 1],
    ['日本語', 6],
    ['한국', 4],
    ['ｆｕｌｌ', 8],
    ['😀', 2],
    ['a\u200bb', 2],
    ['…→−±', 4],
    ['𠀀', 2],
    ['👩‍💻', 2],
    ['👨‍👩‍👧‍👦!', 3],
    ['👍🏽', 2],
    ['🇩🇪🇫🇷', 4],
    ['🇩', 1],
    ['❤️', 2],
    ['❤', 1],
    ['각', 2],
    ['🏴󠁧󠁢󠁳󠁣󠁴󠁿', 2],
    ['\u0301', 0],
  ]) {
    assert.equal(width(text), columns, JSON.stringify(text));
  }
});

test('every character is as wide as Unicode says', { skip: noTerminal }, () => {
  // Marks, and characters wide or full-width: Python has Unicode's own tables.
  const program = `
import unicodedata, json
widths = {}
for code in range(0x300, 0x110000):
    character = chr(code)
    category = unicodedata.category(character)
    if category[0] == "C": continue
    wide = unicodedata.east_asian_width(character) in "WF"
    widths[code] = 0 if category in ("Mn", "Me") else 2 if wide else 1
print(json.dumps(widths))`;
  const { stdout } = spawnSync('python3', ['-c', program], { encoding: 'utf8', maxBuffer: 1e8 });
  const differ = Object.entries(JSON.parse(stdout)).filter(([code, columns]) => {
    const character = String.fromCodePoint(Number(code));
    // Hangul's vowels and tails are shown with the syllable that they end. What another version of Unicode counts among the
    // marks tells nothing.
    if (/[\u1160-\u11ff\ud7b0-\ud7fb]/.test(character)) return false;
    return width(character) !== columns && (columns === 0) === /^[\p{Mn}\p{Me}]$/u.test(character);
  });
  assert.deepEqual(differ, []);
});

test('cutting never exceeds the columns and marks what is missing', () => {
  assert.equal(fit('abcdef', 6), 'abcdef');
  assert.equal(fit('abcdef', 5), 'abcd…');
  assert.equal(fit('日本語日本語', 6), '日本…');
  assert.equal(fit('e\u0301e\u0301e\u0301', 2), 'e\u0301…');
  assert.equal(fit('👩‍💻👩‍💻👩‍💻', 5), '👩‍💻👩‍💻…');
  assert.deepEqual(wrap('👩‍💻👩‍💻 日本語', 4), ['👩‍💻👩‍💻', '日本', '語']);
  for (let columns = 1; columns < 14; columns++) assert.ok(width(fit('a日b本c語d😀e', columns)) <= columns);
});

test('padding goes by columns, too', () => {
  assert.equal(padEnd('日', 4), '日  ');
  assert.equal(padStart('日', 4), '  日');
  assert.equal(padEnd('toolong', 3), 'toolong');
});
